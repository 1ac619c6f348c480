import ArgumentParser

struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Print the completion script of a shell.",
        discussion: """
            bash:  baton completion bash > ~/.local/share/bash-completion/completions/baton
            zsh:   baton completion zsh > a folder of $fpath, as _baton
            fish:  baton completion fish > ~/.config/fish/completions/baton.fish
            """
    )

    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish
    }

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() throws {
        let script =
            switch shell {
            case .bash: Baton.completionScript(for: .bash)
            case .zsh: Baton.completionScript(for: .zsh)
            case .fish: Baton.completionScript(for: .fish)
            }
        Output.data(script)
    }
}
