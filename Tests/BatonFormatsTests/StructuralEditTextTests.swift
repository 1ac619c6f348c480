import BatonCore
import Testing

@testable import BatonFormats

@Suite("Tasks fused, merged and shared in a file's text")
struct StructuralEditTextTests {
    private let text = """
        name: study
        defaults: {timeout: 10m, retries: 1, cache: true}

        tasks:
          # Aligns each sample.
          align:
            foreach: {s: [a, b]}
            run: align ${{ s }} > ${{ s }}.sam # in pairs
            inputs: [genome.fa]
            outputs: ["${{ s }}.sam"]
            resources: {cpu: 4, memory: 2GB} # four threads
            # Done after that.

          # Sorts what was aligned.
          sort:
            foreach: {s: [a, b]}
            needs: ["align[${{ s }}]"]   # one by one
            run: |   # with samtools
              sort ${{ s }}.sam
              rm ${{ s }}.sam
            inputs:
              - "${{ s }}.sam"   # from align
            outputs: ["${{ s }}.bam"]
            resources:
              memory: 4GB  # it keeps all of it

          # The end.
          report:
            needs: [sort]
            run: report

        """

    @Test("the last task of a chain takes in the others, which go with their comments")
    func fuse() throws {
        let found = try edited(text, by: [.fuse(tasks: ["align", "sort"])])
        #expect(
            found == """
                name: study
                defaults: {timeout: 10m, retries: 1, cache: true}

                tasks:
                  # Sorts what was aligned.
                  sort:
                    foreach: {s: [a, b]}
                    run: |   # with samtools
                      (
                      align ${{ s }} > ${{ s }}.sam
                      )
                      (
                      set -e
                      sort ${{ s }}.sam
                      rm ${{ s }}.sam
                      )
                    inputs: [genome.fa]
                    outputs: ["${{ s }}.bam"]
                    resources:
                      memory: 4GB  # it keeps all of it
                      cpu: 4
                    timeout: 20m

                  # The end.
                  report:
                    needs: [sort]
                    run: report

                """)
    }

    @Test("a merged task's block goes, and what needed it names the other")
    func merge() throws {
        let text = """
            tasks:
              fetch: {run: curl -O x}
              again: {run: curl -O x} # twice

              one: {needs: again, run: a}
              two:
                needs:
                  - again # because
                  - one
                run: b

            """
        let expected = """
            tasks:
              fetch: {run: curl -O x}

              one: {needs: fetch, run: a}
              two:
                needs: [fetch, one]
                run: b

            """
        #expect(try edited(text, by: [.merge(task: "again", into: "fetch")]) == expected)
    }

    @Test("shared lines become a task above, which says what defaults would make otherwise")
    func share() throws {
        let text = """
            defaults: {cache: true, timeout: 1h}
            tasks:
                get: {run: get}

                # The first.
                one:
                    needs: get
                    run: |
                        pip install x
                        one
                        more

                two: {needs: [get], run: "pip install x\\ntwo\\n", timeout: 2h}
            """
        let expected = """
            defaults: {cache: true, timeout: 1h}
            tasks:
                get: {run: get}

                set-up:
                    run: pip install x
                    needs: [get]
                    timeout: 2h
                    cache: false

                # The first.
                one:
                    needs: [get, set-up]
                    run: |
                        one
                        more

                two: {needs: [get, set-up], run: "two\\n", timeout: 2h}
            """
        #expect(try edited(text, by: [.share(tasks: ["one", "two"], lines: 1, name: "set-up")]) == expected)
    }

    @Test("in JSON tasks come and go with their commas")
    func json() throws {
        let text = """
            {
              "tasks": {
                "a": {"run": "make a"},
                "b": {"run": "make b", "needs": ["a"]},
                "c": {"run": "set-up\\nc", "needs": ["b"]},
                "d": {"run": "set-up\\nd", "needs": ["b"]}
              }
            }
            """
        let expected = """
            {
              "tasks": {
                "b": {"run": "(\\nmake a\\n)\\n(\\nmake b\\n)\\n"},
                "e": {"run": "set-up", "needs": ["b"]},
                "c": {"run": "c", "needs": ["b", "e"]},
                "d": {"run": "d", "needs": ["b", "e"]}
              }
            }
            """
        let edits = [
            WorkflowEdit.fuse(tasks: ["a", "b"]), .share(tasks: ["c", "d"], lines: 1, name: "e"),
        ]
        #expect(try edited(text, by: edits, file: "x.json") == expected)
    }

    @Test("a batch is said where the values are")
    func batch() throws {
        let text = """
            tasks:
              a:
                foreach: {s: [x, y]} # two
                run: a ${{ s }}
              b:
                matrix:
                  s: [x, y]   # the same
                  # but one
                  exclude: [{s: x}]
                run: b ${{ s }}

            """
        let found = try edited(text, by: [.setBatch(task: "a", size: 2), .setBatch(task: "b", size: 3)])
        let expected = text.replacing("{s: [x, y]} #", with: "{s: [x, y], batch: 2} #")
            .replacing("exclude: [{s: x}]\n", with: "exclude: [{s: x}]\n      batch: 3\n")
        #expect(found == expected)
    }

    @Test("tasks of another file are not edited here")
    func used() throws {
        let files = [
            "main.yaml": "tasks:\n  prep: {uses: prep.yaml}\n  end: {needs: prep, run: x}\n",
            "prep.yaml": "tasks: {load: {run: load}}\n",
        ]
        try withFiles(files) { folder in
            let file = try WorkflowFile.read(folder + "/main.yaml")
            let error = #expect(throws: WorkflowEditProblem.self) {
                try file.edited(by: [.setPriority(task: "prep/load", 1)])
            }
            #expect(error?.message == "'prep/load' is not in this file, but in the one that 'prep' uses")
            let text = try file.edited(by: [.removeNeed(task: "end", need: "prep/load")])
            #expect(text == files["main.yaml"]?.replacing("needs: prep, ", with: ""), "'prep' stands for its last task")
        }
    }
}
