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
}
