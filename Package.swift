// swift-tools-version:6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
]

/// What computes is compiled for speed in debug builds, too, with all its checks: tests simulate, train and plan, and take a third
/// of the processor time so. Not BatonPolicies: without whole-module optimisation the compiler (6.3.1) breaks on it.
let computing =
    settings + [.unsafeFlags(["-O", "-assert-config", "Debug"], .when(configuration: .debug))]

/// Targets stand in floor order: each may import only what is above it here, and HouseTests check every `import`.
let package = Package(
    name: "baton",
    products: [
        .executable(name: "baton", targets: ["baton"]),
        .executable(name: "baton-supervisor", targets: ["baton-supervisor"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.36.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Truth
        .target(name: "BatonCore", swiftSettings: computing),

        // Model
        .target(
            name: "BatonPolicies",
            dependencies: ["BatonCore", .product(name: "HeapModule", package: "swift-collections")],
            swiftSettings: settings
        ),
        .target(
            name: "BatonSimulator",
            dependencies: ["BatonCore", .product(name: "HeapModule", package: "swift-collections")],
            swiftSettings: computing
        ),
        .target(name: "BatonNeural", swiftSettings: computing),

        // Study
        .target(name: "BatonPrediction", dependencies: ["BatonCore", "BatonNeural"], swiftSettings: computing),
        .target(
            name: "BatonPlanner", dependencies: ["BatonCore", "BatonNeural", "BatonPolicies", "BatonSimulator"],
            swiftSettings: computing),
        .target(
            name: "BatonOptimizer", dependencies: ["BatonCore", "BatonPolicies", "BatonSimulator"],
            swiftSettings: computing),

        // World
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "BatonFormats",
            dependencies: ["BatonCore", "BatonSimulator", "BatonPrediction", "CZlib", "Yams"],
            swiftSettings: settings
        ),
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "BatonStore", dependencies: ["BatonCore", "CSQLite"], swiftSettings: settings),
        .target(name: "CBatonSystem"),
        // Plain C, but SwiftPM links the Swift runtime to every executable: 3 ms at start, and 4 MB that the peak of each
        // task would inherit. Statically linked, what is not used is not there.
        .executableTarget(
            name: "baton-supervisor",
            dependencies: ["CBatonSystem"],
            linkerSettings: [.unsafeFlags(["-nostartfiles", "-static-executable"])]
        ),
        .target(
            name: "BatonRuntime",
            dependencies: ["BatonCore", "BatonStore", "CBatonSystem"],
            swiftSettings: settings
        ),

        // Doors
        .target(name: "CBatonPage"),
        .target(
            name: "BatonServer",
            dependencies: [
                "BatonCore", "BatonFormats", "BatonStore", "BatonRuntime", "CBatonPage",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            exclude: ["Page"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "baton",
            dependencies: [
                "BatonCore", "BatonPolicies", "BatonSimulator", "BatonPrediction", "BatonPlanner", "BatonOptimizer",
                "BatonFormats",
                "BatonStore",
                "BatonRuntime", "baton-supervisor",
                "BatonServer",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),

        // Tests
        .target(
            name: "BatonTesting",
            dependencies: ["BatonCore", "BatonSimulator", "BatonStore"],
            swiftSettings: settings
        ),
        .testTarget(name: "BatonCoreTests", dependencies: ["BatonCore", "BatonTesting"], swiftSettings: settings),
        .testTarget(
            name: "BatonPoliciesTests",
            dependencies: ["BatonCore", "BatonPolicies", "BatonSimulator", "BatonTesting"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "BatonPlannerTests",
            dependencies: [
                "BatonCore", "BatonNeural", "BatonPlanner", "BatonPolicies", "BatonSimulator", "BatonTesting",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "BatonOptimizerTests",
            dependencies: ["BatonCore", "BatonOptimizer", "BatonPolicies", "BatonSimulator", "BatonTesting"],
            swiftSettings: settings
        ),
        .testTarget(name: "BatonNeuralTests", dependencies: ["BatonCore", "BatonNeural"], swiftSettings: settings),
        .testTarget(
            name: "BatonPredictionTests",
            dependencies: ["BatonCore", "BatonFormats", "BatonPrediction"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SimulationTests",
            dependencies: ["BatonCore", "BatonPolicies", "BatonSimulator", "BatonTesting"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "BatonFormatsTests",
            dependencies: [
                "BatonCore", "BatonFormats", "BatonPrediction", "BatonSimulator", "BatonTesting", "CZlib",
            ],
            exclude: ["Golden"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "BatonStoreTests",
            dependencies: ["BatonCore", "BatonStore", "BatonTesting"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "BatonRuntimeTests",
            dependencies: ["BatonCore", "BatonRuntime", "CBatonSystem", "baton-supervisor"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "BatonServerTests",
            dependencies: [
                "BatonCore", "BatonFormats", "BatonRuntime", "BatonServer", "BatonStore",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "baton", "baton-supervisor", "BatonCore", "BatonFormats", "BatonPolicies", "BatonRuntime", "BatonStore",
                "BatonTesting",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            exclude: ["Golden"],
            swiftSettings: settings
        ),
        .testTarget(name: "HouseTests", dependencies: ["BatonCore", "BatonFormats"], swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
