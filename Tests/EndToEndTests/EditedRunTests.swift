import BatonCore
import BatonFormats
import Foundation
import Testing

@Suite("Edited workflows, run")
struct EditedRunTests {
    @Test("a fused chain makes the same files, whatever its parts do to their shells", .timeLimit(.minutes(1)))
    func fused() throws {
        let text = """
            name: chain
            tasks:
              fetch:
                foreach: {x: [a, b]}
                run: |
                  mkdir -p "sub ${{ x }}"
                  cd "sub ${{ x }}"
                  NAME=${{ x }}
                  export NAME
                  echo "$NAME" > name
                outputs: ["sub ${{ x }}/name"]
              # Single lines go on after a failure.
              turn:
                foreach: {x: [a, b]}
                needs: ["fetch[${{ x }}]"]
                run: false; tr a-z A-Z < "sub ${{ x }}/name" > "upper ${{ x }}"; exit 0
              finish:
                foreach: {x: [a, b]}
                needs: ["turn[${{ x }}]"]
                run: |
                  set -u
                  pwd | sed 's,.*/,,' | tr -d '0-9A-F-' > "where ${{ x }}"
                  echo "${NAME-unset} $(cat "upper ${{ x }}")" > "result ${{ x }}"
              quote:
                needs: [finish]
                command: [sh, -c, 'printf "%s|" "$@" > quoted', it's, "a b", "$HOME", "*", ""]
              last:
                needs: [quote]
                run: |
                  cat quoted result* > all

            """
        try compare(text, [.fuse(tasks: ["fetch", "turn", "finish"]), .fuse(tasks: ["quote", "last"])], tasks: 2)
    }

    @Test("a fused chain ends with its first failure", .timeLimit(.minutes(1)))
    func failing() throws {
        let text = """
            name: failing
            tasks:
              first: {run: "touch one"}
              second:
                needs: first
                run: |
                  (exit 7)
                  touch not
              third: {needs: second, run: touch never}

            """
        try compare(text, [.fuse(tasks: ["first", "second", "third"])], tasks: 1, exitCode: 1)
    }

    @Test("shared lines and merged tasks make the same files", .timeLimit(.minutes(1)))
    func shared() throws {
        let text = """
            name: shared
            tasks:
              source: {run: echo s > source}
              one:
                needs: source
                run: |
                  mkdir -p out; mkdir -p tmp
                  test -d tmp && touch tmp/ready
                  cat source tmp/ready > out/one; echo 1 >> out/one
              two:
                needs: source
                foreach: {n: [1, 2]}
                run: |
                  mkdir -p out; mkdir -p tmp
                  test -d tmp && touch tmp/ready
                  cp source out/two-${{ n }}
              left: {run: echo x > same}
              right: {run: echo x > same}
              end: {needs: [left, right, one, two], run: cat same out/* > end}

            """
        let edits: [WorkflowEdit] = [
            .share(tasks: ["one", "two"], lines: 2, name: "set-up"), .merge(task: "left", into: "right"),
        ]
        try compare(text, edits, tasks: 6)
    }

    @Test("batches make the same files and end with the first failure", .timeLimit(.minutes(1)))
    func batched() throws {
        let text = """
            name: batched
            tasks:
              fetch:
                foreach: {x: [a, "b c", d]}
                run: |
                  mkdir "sub ${{ x }}"
                  cd "sub ${{ x }}"
                  NAME=${NAME-}"${{ x }}"
                  echo "$NAME" > name
                outputs: ["sub ${{ x }}/name"]
              turn:
                foreach: {x: [a, "b c", d]}
                inputs: ["sub ${{ x }}/name"]
                run: false; tr a-z A-Z < "sub ${{ x }}/name" > "upper ${{ x }}"; exit 0
              quote:
                foreach: {x: [it's, "*", "$HOME"]}
                command: [sh, -c, 'printf "%s|" "$@" > "quoted $2"', sh, "${{ x }}", "${{ x }}"]
              last: {needs: [turn, quote], run: cat quoted* upper* > all}

            """
        let edits = ["fetch", "turn", "quote"].map { WorkflowEdit.setBatch(task: $0, size: 2) }
        try compare(text, edits, tasks: 4)
        let failing = """
            name: failing
            tasks:
              try: {foreach: {n: [1, 2, 3]}, run: "test ${{ n }} -eq 1 || exit 7; touch done-${{ n }}"}

            """
        try compare(failing, [.setBatch(task: "try", size: 3)], tasks: 1, exitCode: 1)
    }

    @Test("a batch that did the same on the same inputs is up to date", .timeLimit(.minutes(1)))
    func cachedBatch() throws {
        let house = try Household()
        try house.write(
            """
            name: cached
            tasks:
              copy:
                foreach: {x: [a, b, c], batch: 2}
                run: cp ${{ x }}.in ${{ x }}.out; echo ${{ x }} >> log
                inputs: ["${{ x }}.in"]
                outputs: ["${{ x }}.out"]
                cache: true

            """, to: "flow.yaml")
        for name in ["a", "b", "c"] { try house.write(name, to: "\(name).in") }
        for _ in 0..<2 { #expect(try house.run("run", "flow.yaml").exitCode == 0) }
        #expect(house.read("log").map { $0.split(separator: "\n").sorted() } == ["a", "b", "c"])
        try house.write("new", to: "b.in")
        #expect(try house.run("run", "flow.yaml").exitCode == 0)
        #expect(house.read("b.out") == "new")
        #expect(house.read("log").map { $0.split(separator: "\n").sorted() } == ["a", "a", "b", "b", "c"])
    }

    /// Runs a workflow as it is and edited, each in a folder of its own, and compares all that they leave behind.
    private func compare(
        _ text: String, _ edits: [WorkflowEdit], tasks: Int, exitCode: Int32 = 0
    ) throws {
        let file = try YAMLFormat.decode(text, file: "flow.yaml")
        let edited = try file.edited(by: edits)
        var left: [[String: String]] = []
        for text in [text, edited] {
            let house = try Household()
            try house.write(text, to: "flow.yaml")
            let result = try house.run("run", "flow.yaml")
            #expect(result.exitCode == exitCode, "\(result.messages)\n\(text)")
            left.append(files(of: house))
        }
        #expect(left[0] == left[1], "\(edited)")
        #expect(!left[0].isEmpty)
        #expect(try YAMLFormat.decode(edited, file: "flow.yaml").workflow.tasks.count == tasks)
    }

    private func files(of house: Household) -> [String: String] {
        let paths = FileManager.default.enumerator(atPath: house.folder.path)?.compactMap { $0 as? String } ?? []
        var files: [String: String] = [:]
        for path in paths where !["data", "baton", "stdout", "stderr", "flow.yaml"].contains(path.prefix { $0 != "/" })
        {
            if let content = house.read(path) { files[path] = content }
        }
        return files
    }
}
