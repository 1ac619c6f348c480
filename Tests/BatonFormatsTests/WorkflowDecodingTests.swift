import BatonCore
import Testing

@testable import BatonFormats

@Suite struct WorkflowDecodingTests {
    @Test("the documented example is read as it is shown")
    func example() throws {
        let workflow = try YAMLFormat.decode(Golden.text("Workflows/rnaseq.yaml"), file: "rnaseq.yaml").workflow
        #expect(workflow.name == "rnaseq")
        #expect(workflow.parameters.map(\.kind) == [.list, .number])
        #expect(workflow.tasks.map(\.name) == ["index", "align", "report"])
        let align = workflow.tasks[1]
        #expect(
            align.fanOut?.axes == [
                .init(name: "sample", values: .expression(try Expression(parsing: "params.samples")))
            ])
        #expect(align.outputs == [try Template(parsing: "${{ sample }}.bam")])
        #expect(align.request.memoryBytes == .exactly(4_000_000_000))
        #expect(align.request.milliCPU == .exactly(2000))
        #expect(align.retry == RetryRule(limit: 3, backoff: .seconds(5), triggers: [.exitCode(75), .outOfMemory]))
        #expect(align.timeout == .seconds(3600))
        #expect(workflow.tasks[0].isCached && workflow.tasks[0].retry.limit == 2)
        #expect(workflow.tasks[2].condition?.source == "params.threads > 1")
    }

    @Test("where tasks run is said once for all that do not say otherwise")
    func defaultKinds() throws {
        for defaults in ["{runs_on: gpu, resources: {cpu: 2}}", "{resources: {cpu: 2}, runs_on: [gpu]}"] {
            let text = "defaults: \(defaults)\ntasks: {a: {run: x}, b: {run: x, runs_on: [small, large]}}"
            let tasks = try YAMLFormat.decode(text, file: "test.yaml").workflow.tasks
            #expect(tasks.map(\.request.workerKinds) == [["gpu"], ["small", "large"]])
            #expect(tasks.map(\.request.milliCPU) == [.exactly(2000), .exactly(2000)])
        }
    }

    @Test("what reading a file expanded is given out for its default parameters, and for no others")
    func knownExpansion() throws {
        let text = "params: {n: [a, b]}\ntasks: {t: {foreach: {x: '${{ params.n }}'}, run: 'echo ${{ x }}'}}"
        let file = try YAMLFormat.decode(text, file: "test.yaml")
        let given = [Workflow.Binding(name: "n", value: .list([.string("c")]))]
        let defaults = try file.workflow.resolveParameters([])
        #expect(file.knownExpansion(parameters: defaults)?.instances.map(\.name) == ["t[a]", "t[b]", "t"])
        #expect(file.knownExpansion(parameters: given) == nil, "it is that of the defaults")
        #expect(try file.expand(parameters: given).instances.map(\.name) == ["t[c]", "t"])
    }
}
