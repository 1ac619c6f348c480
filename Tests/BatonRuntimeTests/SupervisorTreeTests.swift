import Foundation
import Glibc
import Testing

@testable import BatonRuntime

@Suite("The whole tree of a task ends with it")
struct SupervisorTreeTests {
    typealias Metering = SupervisorWorld.Metering

    @Test("a child left behind is ended before the end is told", arguments: Metering.allCases)
    func leftBehind(metering: Metering) throws {
        let world = try SupervisorWorld(metering)
        let exit = try world.run(shell: "sleep 1000 & echo $! > pid")
        #expect(exit.cause == .exited(code: 0))
        #expect(!exit.wasStopped)
        #expect(!SupervisorWorld.isAlive(try world.text("pid")))
    }

    @Test("a daemon in a session of its own is ended too", arguments: Metering.allCases)
    func daemon(metering: Metering) throws {
        let world = try SupervisorWorld(metering)
        world.makePipe("ready")
        world.start(
            1,
            shell: "setsid sh -c 'trap \"\" TERM HUP; echo $$ > pid; echo > ready; sleep 1000; :' & read line < ready")
        #expect(try world.end(of: 1).cause == .exited(code: 0))
        #expect(!SupervisorWorld.isAlive(try world.text("pid")))
    }

    @Test("the daemon of one task is not taken for another's", arguments: Metering.allCases)
    func twoTasks(metering: Metering) throws {
        let world = try SupervisorWorld(metering)
        world.makePipe("ready")
        world.makePipe("gate")
        world.start(1, shell: "(setsid sh -c 'echo $$ > pid; echo > ready; sleep 1000; :' &) ; read line < gate")
        try world.wait(at: "ready")
        world.start(2, shell: "true")
        #expect(try world.end(of: 2).cause == .exited(code: 0))
        #expect(SupervisorWorld.isAlive(try world.text("pid")))
        world.open("gate")
        #expect(try world.end(of: 1).cause == .exited(code: 0))
        #expect(!SupervisorWorld.isAlive(try world.text("pid")))
    }

    @Test("a stop is a request first", arguments: Metering.allCases)
    func politeStop(metering: Metering) throws {
        let world = try SupervisorWorld(metering)
        world.makePipe("ready")
        world.start(1, shell: "trap 'exit 5' TERM; echo > ready; while :; do sleep 0.01; done")
        try world.wait(at: "ready")
        world.client.send([.stop(key: 1, grace: .seconds(50))])
        let exit = try world.end(of: 1)
        #expect(exit.cause == .exited(code: 5))
        #expect(exit.wasStopped)
    }

    @Test("a process that ignores the request is killed when its grace is over", arguments: Metering.allCases)
    func deafStop(metering: Metering) throws {
        let world = try SupervisorWorld(metering)
        world.makePipe("ready")
        world.start(1, shell: "trap '' TERM; sleep 1000 & echo $! > pid; echo > ready; while :; do wait; done")
        try world.wait(at: "ready")
        world.client.send([.stop(key: 1, grace: .milliseconds(30))])
        let exit = try world.end(of: 1)
        #expect(exit.cause == .signalled(SIGKILL))
        #expect(exit.wasStopped)
        #expect(exit.outOfMemoryKills == 0)
        #expect(!SupervisorWorld.isAlive(try world.text("pid")))
    }

    @Test("a stopped process hears the request", arguments: Metering.allCases)
    func suspended(metering: Metering) throws {
        let world = try SupervisorWorld(metering)
        world.start(1, shell: "kill -STOP $$")
        world.client.send([.stop(key: 1, grace: .seconds(50))])
        #expect(try world.end(of: 1).cause == .signalled(SIGTERM))
    }

    @Test("no grace is no request", arguments: Metering.allCases)
    func abruptStop(metering: Metering) throws {
        let world = try SupervisorWorld(metering)
        world.start(1, shell: "sleep 1000; :")
        world.client.send([.stop(key: 1, grace: .zero)])
        #expect(try world.end(of: 1).cause == .signalled(SIGKILL))
    }

    @Test("a run inside a run ends with the task that started it", arguments: Metering.allCases)
    func nested(metering: Metering) throws {
        let outer = try SupervisorWorld(metering)
        outer.makePipe("ready")
        let supervisor = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(outer.supervisorID)/exe")
        // Not connected to anybody it would leave at once: its lock shows that it ran, its cgroups that they go.
        outer.start(1, shell: "mkdir inner && '\(supervisor)' inner; echo $? > code; sleep 1000 & echo > ready")
        try outer.wait(at: "ready")
        #expect(try outer.end(of: 1).cause == .exited(code: 0))
        #expect(try outer.text("code") == "0\n")
    }
}
