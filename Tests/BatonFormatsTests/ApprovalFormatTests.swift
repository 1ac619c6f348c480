import BatonCore
import Foundation
import Testing

@testable import BatonFormats

@Suite struct ApprovalFormatTests {
    @Test("a question reads, prints and reads again; without anything to run the task only waits")
    func roundTrip() throws {
        let workflow = try yaml(
            """
            name: ship
            params: {version: v1}
            tasks:
              go: {approval: "Deploy ${{ params.version }}: yes?"}
              deploy:
                approval: |
                  Really?
                  There is no way back.
                run: ./deploy
            """)
        #expect(workflow.tasks[0].approval?.source == "Deploy ${{ params.version }}: yes?")
        #expect(workflow.tasks[0].action == .doNothing)
        #expect(workflow.tasks[1].action == .shell(Template(literal: "./deploy")))
        let text = YAMLFormat.encode(workflow)
        #expect(!text.contains("run: \":\"") && text.contains("approval: "))
        #expect(try yaml(text) == workflow)
    }

    @Test("a used workflow's questions come along, with its parameters and tasks under their new names")
    func moved() throws {
        let rewriter = ExpressionRewriter(prefix: "sub/", parameters: ["x": "(params.y)"])
        var task = Workflow.Task(name: "go", action: .doNothing)
        task.approval = try Template(parsing: "${{ params.x }} after ${{ tasks.a.stdout }}?")
        #expect(
            try task.rewritten(rewriter).approval?.source == #"${{ (params.y) }} after ${{ tasks["sub/a"].stdout }}?"#)
    }

    @Test("a task with nothing to do and no question is an error, and so is a question without words")
    func wrong() {
        for (text, message) in [
            ("{needs: []}", "needs something to do"), ("{approval: ' '}", "without a question"),
            ("{approval: [a]}", "approval"), ("{uses: other.yaml, approval: go?}", "cannot stand beside 'uses'"),
        ] {
            let error = #expect(throws: WorkflowError.self) { try yaml("tasks:\n  a: \(text)\n") }
            #expect(
                error?.problems.contains { $0.message.contains(message) } == true, "\(text): \(error?.problems ?? [])")
        }
    }

    @Test("a task that asks nothing is stored as before there were questions, and a log from then still reads")
    func stored() throws {
        let task = Workflow.Task(name: "a", action: .shell(Template(literal: "true")))
        let stored = try JSONEncoder().encode(task)
        #expect(!String(decoding: stored, as: UTF8.self).contains("approval"))
        #expect(try JSONDecoder().decode(Workflow.Task.self, from: stored) == task)
    }
}
