public import BatonCore
public import BatonPrediction

/// Traces of real systems, to judge predictions by: tables of Nextflow and Lotaru, and runs in WfFormat.
public struct TraceFile: Sendable {
    public enum Format: String, Hashable, Sendable, CaseIterable {
        case nextflow = "nextflow-trace"
        case lotaru, wfformat
    }

    /// Reads a file, or all files below a folder in sorted order; those that gzip made as what they were before.
    ///
    /// One damaged row is left out and counted; one damaged file is an error.
    /// - Throws: why a file cannot be read, with its place and what to do.
    public static func read(path: String, format: Format) throws(WorkflowError) -> [Trace] {
        let files = Files.isFolder(path) ? Files.below(path).filter { isCandidate($0, format) } : [path]
        var traces: [Trace] = []
        for file in files {
            do throws(DocumentProblem) {
                traces.append(try read(file: file, format: format, below: path))
            } catch {
                throw WorkflowError([error], file: file)
            }
        }
        guard !traces.isEmpty else {
            throw WorkflowError(
                [
                    DocumentProblem(
                        .start, "expected files of the format \(format.rawValue) below the folder, found none",
                        hint: "Give the folder that holds them, or another format.")
                ], file: path)
        }
        return traces
    }

    private static func isCandidate(_ file: String, _ format: Format) -> Bool {
        let suffix = WorkloadContent.fileExtension(of: file)
        switch format {
        case .wfformat: return suffix == "json"
        case .nextflow, .lotaru:
            guard ["csv", "tsv", "txt"].contains(suffix), let text = try? Files.readInflated(file) else { return false }
            return TaskTable.recognises(DelimitedText.columns(of: text))
        }
    }

    private static func read(file: String, format: Format, below path: String) throws(DocumentProblem) -> Trace {
        let text: String
        do throws(Files.Failure) {
            text = try Files.readInflated(file)
        } catch {
            throw DocumentProblem(error.position ?? .start, "cannot read the file: \(error.message)")
        }
        let inside = file.hasPrefix(path + "/") ? String(file.dropFirst(path.count + 1)) : Files.name(of: file)
        switch format {
        case .nextflow, .lotaru: return try TaskTable.read(text, name: inside)
        case .wfformat:
            guard let root = try JSONReader.read(text)?.root else {
                throw DocumentProblem(.start, "expected a run in WfFormat, found nothing")
            }
            return try WfTrace.readTrace(root, name: inside)
        }
    }
}
