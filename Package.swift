// swift-tools-version: 6.3

import PackageDescription

// The modules stand on floors: each depends only on modules of the floors below it. Building with
// `--explicit-target-dependency-import-check error` (see Makefile) makes this list the truth.

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTesting: Target.Dependency = .product(name: "HummingbirdTesting", package: "hummingbird")
let jwtKit: Target.Dependency = .product(name: "JWTKit", package: "jwt-kit")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let coreMetrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioFoundationCompat: Target.Dependency = .product(name: "NIOFoundationCompat", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

let package = Package(
    name: "leadrelay",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "leadrelay", targets: ["leadrelay"]),
        .executable(name: "leadrelay-sandbox", targets: ["leadrelay-sandbox"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.0"),
    ],
    targets: [
        // Floor -1: values and clocks, nothing of the outside world.
        .target(name: "Model"),
        .target(name: "Time"),
        .target(name: "Prometheus", dependencies: [coreMetrics]),
        .target(name: "CSQLiteShim", linkerSettings: [.linkedLibrary("sqlite3")]),

        // Floor 0: one concern of the outside world each.
        .target(name: "Callbacks", dependencies: ["Model", crypto]),
        .target(
            name: "Journal",
            dependencies: ["CSQLiteShim", "Model", "Time", crypto, grdb, sqlite],
            resources: [.embedInCode("migrations")]
        ),
        .target(name: "GetResponse", dependencies: ["Model", "Time", asyncHTTPClient, logging, nioCore, nioHTTP1]),
        .target(
            name: "Salesforce",
            dependencies: ["Model", "Time", asyncHTTPClient, jwtKit, logging, nioCore, nioHTTP1]
        ),

        // Floor 1: pure rules.
        .target(name: "Planning", dependencies: ["Model", crypto]),

        // Floor 2: the parts of a process.
        .target(
            name: "Ingest",
            dependencies: [
                "Journal", "Model", "Time", crypto, httpTypes, hummingbird, logging, metrics, nioCore, serviceLifecycle,
            ]
        ),
        .target(
            name: "Worker",
            dependencies: [
                "Callbacks", "GetResponse", "Journal", "Model", "Planning", "Salesforce", "Time", logging, metrics,
                serviceLifecycle,
            ]
        ),
        .target(
            name: "Operations",
            dependencies: ["Journal", "Model", "Prometheus", "Time", httpTypes, hummingbird, logging, nioCore]
        ),
        .target(name: "Diagnostics", dependencies: ["GetResponse", "Journal", "Model", "Salesforce", "Time", logging]),
        .target(name: "Sandbox", dependencies: [httpTypes, hummingbird, logging, nioCore, serviceLifecycle]),

        // Floor 3: executables.
        .executableTarget(
            name: "leadrelay",
            dependencies: [
                "Callbacks", "Diagnostics", "GetResponse", "Ingest", "Journal", "Model", "Operations", "Planning",
                "Prometheus", "Salesforce", "Time", "Worker", argumentParser, asyncHTTPClient, configuration,
                coreMetrics,
                hummingbird, logging, metrics, nioCore, nioPosix, serviceLifecycle, unixSignals, yams,
            ]
        ),
        .executableTarget(
            name: "leadrelay-sandbox",
            dependencies: [
                "Sandbox", argumentParser, asyncHTTPClient, logging, nioCore, nioFoundationCompat, nioHTTP1,
                serviceLifecycle, subprocess, systemPackage, unixSignals,
            ]
        ),

        // Figures, printed by `make bench`; in no product, so it may use what the tests share.
        .executableTarget(
            name: "leadrelay-benchmarks",
            dependencies: [
                "GetResponse", "Journal", "Model", "Salesforce", "Sandbox", "TestSupport", "Time", "Worker",
                asyncHTTPClient, logging, sqlite,
            ],
            path: "Benchmarks/Sources"
        ),

        // Tests.
        .target(
            name: "TestSupport",
            dependencies: ["Time"],
            path: "Tests/TestSupport"
        ),
        .testTarget(name: "ModelTests", dependencies: ["Model", "TestSupport"]),
        .testTarget(name: "TimeTests", dependencies: ["TestSupport", "Time"]),
        .testTarget(name: "PrometheusTests", dependencies: ["Prometheus", coreMetrics]),
        .testTarget(name: "CallbacksTests", dependencies: ["Callbacks", "Model", "TestSupport"]),
        .testTarget(
            name: "JournalTests",
            dependencies: ["Journal", "Model", "TestSupport", "Time", crypto, grdb, sqlite]
        ),
        .testTarget(name: "PlanningTests", dependencies: ["Model", "Planning", "TestSupport"]),
        .testTarget(
            name: "GetResponseTests",
            dependencies: [
                "GetResponse", "Model", "TestSupport", "Time", asyncHTTPClient, hummingbird, logging, nioCore,
            ]
        ),
        .testTarget(
            name: "SalesforceTests",
            dependencies: [
                "Model", "Salesforce", "Sandbox", "TestSupport", "Time", asyncHTTPClient, hummingbird, logging, nioCore,
            ]
        ),
        .testTarget(
            name: "SandboxTests",
            dependencies: [
                "Sandbox", "TestSupport", asyncHTTPClient, hummingbird, logging, nioCore, nioFoundationCompat,
                nioHTTP1,
            ]
        ),
        .testTarget(
            name: "IngestTests",
            dependencies: [
                "Ingest", "Journal", "Model", "Prometheus", "TestSupport", "Time", hummingbird, hummingbirdTesting,
                logging,
                metrics, nioCore,
            ]
        ),
        .testTarget(
            name: "OperationsTests",
            dependencies: [
                "Journal", "Model", "Operations", "Prometheus", "TestSupport", "Time", hummingbird, hummingbirdTesting,
                logging,
            ]
        ),
        .testTarget(
            name: "DiagnosticsTests",
            dependencies: [
                "Diagnostics", "GetResponse", "Model", "Planning", "Salesforce", "Sandbox", "TestSupport", "Time",
                asyncHTTPClient, logging,
            ]
        ),
        .testTarget(
            name: "WorkerTests",
            dependencies: [
                "Callbacks", "Diagnostics", "GetResponse", "Journal", "Model", "Planning", "Salesforce", "Sandbox",
                "TestSupport", "Time", "Worker", asyncHTTPClient, logging,
            ]
        ),
        .testTarget(
            name: "LeadRelayTests",
            dependencies: [
                "Ingest", "Journal", "Model", "Operations", "Prometheus", "TestSupport", "Time", "Worker", "leadrelay",
                argumentParser, configuration, yams,
            ]
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Journal", "Model", "Sandbox", "TestSupport", "Time", asyncHTTPClient, logging, nioCore,
                nioFoundationCompat, nioHTTP1, subprocess, systemPackage,
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.name != "CSQLiteShim" {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("ImmutableWeakCaptures"),
        .enableUpcomingFeature("InferIsolatedConformances"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ]
}
