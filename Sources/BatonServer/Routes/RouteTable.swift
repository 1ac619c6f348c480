/// Everything that the server can be asked for.
enum RouteTable {
    static let all: [Route] =
        runs + runActions + priorities + tasks + approvals + workflows + scheduling + schedules + triggers
        + notifications + studies + events + cluster + access + operations

    static let prefix = "/api/v1"
}
