import BatonCore
import Testing

@testable import BatonRuntime

/// Lines as strace 6.1 writes them, and what they are understood as.
@Suite("What strace writes")
struct FileObserverTests {
    private func observe(
        _ lines: String, roots: [String] = ["/p"], excluded: [String] = [], limit: Int = 10_000,
        links: [String: String] = [:], folders: Set<String> = []
    ) -> ObservedFiles {
        var scope = FileObserver.Scope(roots: roots, excluded: excluded, directory: "/p")
        scope.limit = limit
        var observer = FileObserver(scope, realPath: { links[$0] }, isFolder: { folders.contains($0) })
        var reader = TraceReader()
        for line in lines.split(separator: "\n") {
            if let item = reader.read(Array(line.utf8)[...]) { observer.take(item) }
        }
        return observer.finish()
    }

    @Test("opening is reading, writing or both, by its flags, and failing is neither")
    func flags() {
        let files = observe(
            #"""
            7  execve("/usr/bin/sh", [...], 0x7ffd48930e30 /* 35 vars */) = 0
            7  openat(AT_FDCWD</p>, "/lib/libc.so.6", O_RDONLY|O_CLOEXEC) = 3</usr/lib/libc.so.6>
            7  openat(AT_FDCWD</p>, "in", O_RDONLY) = 3</p/in>
            7  openat(AT_FDCWD</p>, "out", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 3</p/out>
            7  openat(AT_FDCWD</p>, "log", O_WRONLY|O_CREAT|O_APPEND, 0666) = 3</p/log>
            7  open("both", O_RDWR) = 4</p/both>
            7  creat("made", 0644) = 5</p/made>
            7  openat(AT_FDCWD</p>, "db", O_RDWR|O_CREAT|O_TRUNC, 0666) = 6</p/db>
            7  openat2(AT_FDCWD</p>, "new", {flags=O_WRONLY|O_CREAT, mode=0666, resolve=0}, 24) = 7</p/new>
            7  openat(AT_FDCWD</p>, ".", O_RDONLY|O_NONBLOCK|O_CLOEXEC|O_DIRECTORY) = 3</p>
            7  openat(AT_FDCWD</p>, "shut", O_RDONLY) = -1 EACCES (Permission denied)
            7  openat(AT_FDCWD</p>, "absent", O_RDONLY) = -1 ENOENT (No such file or directory)
            7  openat(AT_FDCWD</p>, "no/place", O_WRONLY|O_CREAT, 0666) = -1 ENOENT (No such file or directory)
            7  openat(AT_FDCWD</p>, "gone", O_RDONLY) = ?
            7  execve("./tool", [...], 0x7ffd48930e30 /* 35 vars */) = 0
            7  +++ exited with 0 +++
            """#)
        #expect(files.reads == ["both", "in", "tool"])
        #expect(files.writes == ["both", "db", "log", "made", "new", "out"])
        #expect(files.missed == ["absent"])
        #expect(files.deletes.isEmpty)
        #expect(files.isComplete)
    }

    @Test("names with quotes, line ends, brackets, escapes and other letters are read as they are")
    func names() {
        let files = observe(
            #"""
            7  openat(AT_FDCWD</p>, "a \"b\"\n\303\251<>\\,)", O_RDONLY) = 3</p/a "b"\n\303\251\74\76\\,)>
            7  openat(AT_FDCWD</p>, "\0019", O_WRONLY|O_CREAT, 0666) = 3</p/\0019>
            7  unlink("tab\t(x) = 0") = 0
            """#)
        #expect(files.reads == ["a \"b\"\né<>\\,)"])
        #expect(files.writes == ["\u{1}9"])
        #expect(files.deletes == ["tab\t(x) = 0"])
    }

    @Test("a call that others interrupt counts when it comes back, with how it ended")
    func interrupted() {
        let files = observe(
            #"""
            7  openat(AT_FDCWD</p>, "a", O_RDONLY <unfinished ...>
            8  openat(AT_FDCWD</p>, "b, <unfinished", O_RDONLY <unfinished ...>
            7  <... openat resumed>) = 3</p/a>
            8  <... openat resumed>) = -1 ENOENT (No such file or directory)
            9  <... openat resumed>) = 3</p/never begun>
            7  rename("x", "y" <unfinished ...>
            7  +++ killed by SIGKILL +++
            """#)
        #expect(files == ObservedFiles(reads: ["a"], missed: ["b, <unfinished"]))
    }

    @Test("relative names are those of the process's folder, which its children inherit and threads share")
    func folders() {
        let files = observe(
            #"""
            7  chdir("sub") = 0
            7  vfork( <unfinished ...>
            8  execve("./early", [...], 0x5575107743a8 /* 35 vars */) = 0
            7  <... vfork resumed>) = 8
            8  chdir("deep") = 0
            8  unlink("x") = 0
            7  unlink("x") = 0
            7  clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD, child_tidptr=0x7efdb597da10) = 9
            9  fchdir(3</p/other>) = 0
            9  clone3({flags=CLONE_VM|CLONE_FS|CLONE_THREAD, child_tid=0x7f1}, 88) = 10
            10 chdir("..") = 0
            9  unlink("y") = 0
            9  unlinkat(4</p/fd>, "z", 0) = 0
            9  chdir("nowhere") = -1 ENOENT (No such file or directory)
            9  unlink("w") = 0
            """#)
        #expect(files.deletes == ["fd/z", "sub/deep/x", "sub/x", "w", "y"])
        #expect(files.reads == ["sub/early"])
    }

    @Test("what is written under another name and renamed is written under its final one")
    func renames() {
        let files = observe(
            #"""
            7  openat(AT_FDCWD</p>, "tmp", O_RDWR|O_CREAT|O_EXCL, 0600) = 3</p/tmp>
            7  renameat2(AT_FDCWD</p>, "tmp", AT_FDCWD</p>, "final", RENAME_NOREPLACE) = 0
            7  openat(AT_FDCWD</p>, "final", O_RDONLY) = 3</p/final>
            7  rename("theirs", "mine") = 0
            7  rename("x", "/elsewhere/x") = 0
            7  rename("/elsewhere/y", "y") = 0
            7  rename("no", "never") = -1 ENOENT (No such file or directory)
            """#)
        #expect(files.reads == ["theirs", "x"], "its own 'final' is no input")
        #expect(files.writes == ["final", "mine", "y"])
        #expect(files.deletes == ["theirs", "x"])
    }

    @Test("what is in a folder moves with it")
    func renamedFolders() {
        let files = observe(
            #"""
            7  mkdir("build.tmp", 0777) = 0
            7  openat(AT_FDCWD</p>, "build.tmp/a", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 3</p/build.tmp/a>
            7  rename("build.tmp", "build") = 0
            7  rename("results", "results.old") = 0
            """#, folders: ["/p/results.old"])
        #expect(files.writes == ["build/", "build/a", "results.old/"])
        #expect(files.deletes == ["results/"])
    }

    @Test("what a task makes and removes itself leaves no trace")
    func temporary() {
        let files = observe(
            #"""
            7  mkdir("scratch", 0700) = 0
            7  openat(AT_FDCWD</p>, "scratch/a", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 3</p/scratch/a>
            7  openat(AT_FDCWD</p>, "scratch/a", O_RDONLY) = 3</p/scratch/a>
            7  unlinkat(5</p/scratch>, "a", 0) = 0
            7  unlinkat(AT_FDCWD</p>, "scratch", AT_REMOVEDIR) = 0
            7  openat(AT_FDCWD</p>, ".", O_RDWR|O_CLOEXEC|O_TMPFILE, 0777) = 3</p/#16326827>(deleted)
            7  symlink("a", "lock") = 0
            7  unlink("lock") = 0
            """#)
        #expect(files == ObservedFiles())
    }

    @Test("a folder that was there already counts as made: nobody had to make it before")
    func existingFolder() {
        #expect(observe(#"7  mkdir("out", 0777) = -1 EEXIST (File exists)"#).writes == ["out/"])
    }

    @Test("a file that is missed and then found was only waited for")
    func waitedFor() {
        let files = observe(
            #"""
            7  openat(AT_FDCWD</p>, "go", O_RDONLY) = -1 ENOENT (No such file or directory)
            7  openat(AT_FDCWD</p>, "go", O_RDONLY) = 3</p/go>
            7  unlink("old") = 0
            7  openat(AT_FDCWD</p>, "old", O_RDONLY) = -1 ENOENT (No such file or directory)
            """#)
        #expect(files == ObservedFiles(reads: ["go"], deletes: ["old"]))
    }

    @Test("a symbolic link on the way is read, too, and the workflow's folder may be reached by one")
    func links() {
        let files = observe(
            #"""
            7  openat(AT_FDCWD</real>, "/p/current", O_RDONLY) = 3</real/v2>
            7  unlink("/p/link/x") = 0
            7  symlink("a", "b") = 0
            7  link("c", "d") = 0
            """#, roots: ["/p", "/real"], links: ["/p": "/real", "/p/link": "/real/target"])
        #expect(files.reads == ["c", "current", "v2"])
        #expect(files.deletes == ["target/x"])
        #expect(files.writes == ["b", "d"])
    }

    @Test("what lies outside, or is Baton's own, is left out")
    func outside() {
        let files = observe(
            #"""
            7  openat(AT_FDCWD</p>, "../p2/x", O_RDONLY) = 3</p2/x>
            7  openat(AT_FDCWD</p>, "data/1/0.1.values", O_WRONLY|O_CREAT, 0666) = 3</p/data/1/0.1.values>
            7  openat(AT_FDCWD</p>, "/dev/null", O_RDWR) = 3</dev/null>
            7  openat(AT_FDCWD</p>, "pipe", O_RDONLY) = 3<pipe:[123]>
            """#, excluded: ["/p/data/1"])
        #expect(files == ObservedFiles(reads: ["pipe"]))
    }

    @Test("no more than the limit is kept, and it says so")
    func limit() {
        let lines = (0..<5).map { "7  unlink(\"f\($0)\") = 0" }.joined(separator: "\n")
        let files = observe(lines, limit: 3)
        #expect(files == ObservedFiles(deletes: ["f0", "f1", "f2"], isComplete: false))
    }

    @Test(
        "damage is passed over",
        arguments: [
            "", "7", "x", "7  openat(", "7  openat(AT_FDCWD</p", "7  unlink(\"a", "7  unlink(\"a\\",
            "7  unlink(\"a\") =", "7  <... unlink resumed>", "7  unlink()) = 0",
            "7  --- SIGCHLD {si_signo=SIGCHLD} ---",
            "7  unlink(\"a\") = 0x", "7  unlink(,,) = 0", "99999999999999999999  unlink(", "7  unlink({[\"}) = 0",
        ])
    func damage(line: String) {
        #expect(observe(line).reads.isEmpty)
    }
}
