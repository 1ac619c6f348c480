import BatonCore
import Testing

@testable import BatonFormats

@Suite struct SubworkflowTests {
    private static let prep = """
        name: prep
        params: {files: [a, b], level: 3, deep: {type: map, default: {x: 1}}}
        env: {FROM: prep, BOTH: prep}
        limits: {db: 1}
        tasks:
          list:
            run: ls ${{ params.level }} ${{ params["deep"].x }} 'params.level'
          pack:
            foreach: {file: ${{ params.files }}}
            needs: [list]
            run: gzip -${{ params.level }} ${{ file }} ${{ tasks.list.stdout }} ${{ tasks['list'].lines[0] }}
            when: ${{ tasks["li" + "st"].exit_code == 0 }}
            resources: {slots: {db: 1}}
          check: {run: "true"}
        """

    @Test("a used workflow's tasks take the place of the one that uses it")
    func inlining() throws {
        let main = """
            params: {threads: 4}
            tasks:
              first: {run: "true"}
              prep:
                uses: sub/prep.yaml
                with: {level: ${{ params.threads + 1 }}, files: [x]}
                needs: first
                when: ${{ params.threads > 1 }}
                env: {BOTH: main}
              last: {run: "true", needs: [prep]}
            """
        try withFiles(["main.yaml": main, "sub/prep.yaml": Self.prep]) { folder in
            let workflow = try WorkflowFile.read("\(folder)/main.yaml").workflow
            #expect(workflow.tasks.map(\.name) == ["first", "prep/list", "prep/pack", "prep/check", "last"])
            #expect(workflow.parameters.map(\.name) == ["threads", "prep/files", "prep/deep"])
            #expect(workflow.parameters[1].defaultValue == .list([.string("x")]))
            let (list, pack, check) = (workflow.tasks[1], workflow.tasks[2], workflow.tasks[3])
            #expect(
                list.action
                    == .shell(
                        try Template(
                            parsing: #"ls ${{ (params.threads + 1) }} ${{ params["prep/deep"].x }} 'params.level'"#)))
            #expect(
                pack.action
                    == .shell(
                        try Template(
                            parsing: "gzip -${{ (params.threads + 1) }} ${{ file }} "
                                + #"${{ tasks["prep/list"].stdout }} ${{ tasks['prep/list'].lines[0] }}"#)))
            #expect(pack.fanOut?.axes[0].values == .expression(try Expression(parsing: #"params["prep/files"]"#)))
            #expect(pack.condition?.source == #"tasks["prep/" + ("li" + "st")].exit_code == 0"#)
            #expect(list.condition?.source == "params.threads > 1" && check.condition != nil)
            #expect(list.needs.map(\.source) == ["first"] && pack.needs.map(\.source) == ["prep/list"])
            #expect(workflow.tasks[4].needs.map(\.source) == ["prep/pack", "prep/check"])
            #expect(list.environment.map(\.value.source) == ["prep", "main"])
            #expect(list.workingDirectory?.source == "sub")
            #expect(workflow.limits.map(\.name) == ["prep/db"] && pack.request.slots.map(\.limit) == ["prep/db"])
        }
    }

    @Test("mistakes are reported in the file that has them")
    func mistakes() throws {
        let files = [
            "main.yaml": "tasks:\n  prep: {uses: sub/prep.yaml, with: {levl: 1}}\n  gone: {uses: gone.yaml, run: x}\n",
            "sub/prep.yaml": "params: {level: {type: number}}\ntasks:\n  a: {run: x, needs: [b], retires: 1}\n",
        ]
        try withFiles(files) { folder in
            do {
                _ = try WorkflowFile.read("\(folder)/main.yaml")
                Issue.record("expected an error")
            } catch let error as WorkflowError {
                let lines = error.problems.map { $0.text.replacing(folder + "/", with: "") }
                #expect(
                    lines == [
                        "main.yaml:2:3: error: 'sub/prep.yaml' needs a value for its parameter 'level'. Write 'with: {level: …}'.",
                        "main.yaml:2:38: error: 'sub/prep.yaml' has no parameter 'levl'. Did you mean 'level'?",
                        "main.yaml:3:16: error: cannot read 'gone.yaml': no such file",
                        "main.yaml:3:32: error: 'run' cannot stand beside 'uses'. Give it to the tasks of that file.",
                        "sub/prep.yaml:3:23: error: 'prep/a' needs 'prep/b', which is not a task. Did you mean 'prep/a'?",
                        "sub/prep.yaml:3:27: error: 'retires' is not a key of a task. Did you mean 'retries'?",
                    ])
            }
        }
    }

    @Test("files that use each other in a circle are refused")
    func circle() throws {
        let files = ["a.yaml": "tasks: {b: {uses: b.yaml}}", "b.yaml": "tasks: {a: {uses: ./a.yaml}}"]
        try withFiles(files) { folder in
            let error = #expect(throws: WorkflowError.self) { try WorkflowFile.read("\(folder)/a.yaml") }
            #expect(
                error?.problems.map(\.message) == [
                    "workflow files use each other in a circle: a.yaml → b.yaml → a.yaml"
                ])
        }
    }

    @Test("globs name the files there are, sorted, and warn when there is none")
    func globs() throws {
        let main = """
            params: {all: {glob: "data/**/*.c"}, none: {glob: "*.x"}}
            tasks:
              each: {foreach: {file: {glob: ["data/*.c", "data/[ab].h"]}}, run: "true"}
            """
        let files = [
            "main.yaml": main, "data/b.c": "", "data/a.c": "", "data/a.h": "", "data/.c.c": "", "data/x/y/d.c": "",
        ]
        try withFiles(files) { folder in
            let file = try WorkflowFile.read("\(folder)/main.yaml")
            let texts: ([String]) -> Value = { .list($0.map { .string($0) }) }
            #expect(file.workflow.parameters[0].defaultValue == texts(["data/a.c", "data/b.c", "data/x/y/d.c"]))
            #expect(
                file.workflow.tasks[0].fanOut?.axes[0].values
                    == .list(["data/a.c", "data/b.c", "data/a.h"].map { .string($0) }))
            #expect(file.warnings.map(\.location?.column) == [51])
            #expect(file.directory == folder)
        }
    }
}
