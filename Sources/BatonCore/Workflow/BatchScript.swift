extension Workflow.Task.Action {
    /// A script for `/bin/sh` that does this once for each scope, one after the other, each in a shell of its own.
    ///
    /// It has to be started with `set -e`: then it ends with the first part that fails, and with its exit code.
    public func batchScript(for parts: [Scope]) throws(ExpressionError) -> String {
        var script = ""
        for scope in parts {
            switch self {
            case .shell(let template): script += ShellScript.subshell(try template.render(in: scope))
            case .arguments(let templates):
                var words: [String] = []
                for template in templates { words.append(try template.render(in: scope)) }
                script += ShellScript.subshell(program: words)
            }
        }
        return script
    }
}
