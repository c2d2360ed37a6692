// swift-tools-version: 6.2
import PackageDescription

// One strictness for every Swift target. `treatAllWarnings` is used instead of unsafe flags so that
// the package stays usable as a dependency.
let strictTests: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
]

// Sources also say `unsafe` wherever memory safety rests on them; tests need not.
let strict = strictTests + [.strictMemorySafety()]

let package = Package(
    name: "holdfast",
    platforms: [.macOS(.v26)],
    products: [
        .library(name: "Canonical", targets: ["Canonical"]),
        .library(name: "Signing", targets: ["Signing"]),
        .library(name: "FileSystemSeam", targets: ["FileSystemSeam"]),
        .library(name: "CrashTesting", targets: ["CrashTesting"]),
        .library(name: "LockKit", targets: ["LockKit"]),
        .library(name: "PlatformProfile", targets: ["PlatformProfile"]),
        .library(name: "Journal", targets: ["Journal"]),
        .library(name: "EventLog", targets: ["EventLog"]),
        .library(name: "KeyStore", targets: ["KeyStore"]),
        .executable(name: "holdfast", targets: ["holdfast"]),
    ],
    targets: [
        // System libraries and shims: no logic.
        .systemLibrary(
            name: "CCrypto",
            pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]
        ),
        .systemLibrary(
            name: "CSodium",
            pkgConfig: "libsodium",
            providers: [.apt(["libsodium-dev"]), .brew(["libsodium"])]
        ),
        .systemLibrary(
            name: "CSQLite",
            pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]
        ),
        .target(name: "CPosix"),
        // Counts allocations; only in benchmarks.
        .target(name: "CAllocations"),

        // Bottom layer: bytes, signatures, files.
        .target(name: "Canonical", dependencies: ["CCrypto"], swiftSettings: strict),
        .target(name: "Signing", dependencies: ["Canonical", "CCrypto"], swiftSettings: strict),
        .target(name: "FileSystemSeam", dependencies: ["CPosix"], swiftSettings: strict),

        // Crash exploration, fault sweeps and interleavings over the simulator; for tests.
        .target(name: "CrashTesting", dependencies: ["FileSystemSeam", "Canonical"], swiftSettings: strict),

        // Locks.
        .target(
            name: "LockKit",
            dependencies: ["FileSystemSeam", "Canonical", "Signing"],
            swiftSettings: strict
        ),

        // What the host really does.
        .target(name: "PlatformProfile", dependencies: ["FileSystemSeam", "Canonical"], swiftSettings: strict),

        // Stores. They never import each other.
        .target(
            name: "Journal",
            dependencies: ["FileSystemSeam", "Canonical", "Signing", "PlatformProfile"],
            swiftSettings: strict
        ),
        .target(
            name: "EventLog",
            dependencies: ["FileSystemSeam", "Canonical", "Signing", "LockKit", "PlatformProfile"],
            swiftSettings: strict
        ),
        .target(
            name: "KeyStore",
            dependencies: ["FileSystemSeam", "Canonical", "Signing", "LockKit", "PlatformProfile", "CSodium"],
            swiftSettings: strict
        ),

        // The command line.
        .target(
            name: "HoldfastCLI",
            dependencies: [
                "Canonical", "Signing", "FileSystemSeam", "CrashTesting", "LockKit", "PlatformProfile", "Journal",
                "EventLog", "KeyStore", "CPosix",
            ],
            swiftSettings: strict
        ),
        .executableTarget(name: "holdfast", dependencies: ["HoldfastCLI"], swiftSettings: strict),

        // Benchmarks against the floor and SQLite. Nothing else links SQLite.
        .target(
            name: "HoldfastBench",
            dependencies: [
                "HoldfastCLI", "Canonical", "FileSystemSeam", "CrashTesting", "LockKit", "PlatformProfile", "Journal",
                "EventLog", "KeyStore",
                "CAllocations", "CCrypto", "CPosix", "CSodium", "CSQLite",
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "holdfast-bench",
            dependencies: ["HoldfastBench", "HoldfastCLI"],
            swiftSettings: strict
        ),

        // Tests.
        .target(
            name: "TestSupport",
            dependencies: ["FileSystemSeam"],
            path: "Tests/TestSupport",
            swiftSettings: strictTests
        ),
        .target(
            name: "CrashTestSupport",
            dependencies: ["CrashTesting", "FileSystemSeam"],
            path: "Tests/CrashTestSupport",
            swiftSettings: strictTests
        ),
        .target(
            name: "LitmusPrograms",
            dependencies: ["FileSystemSeam"],
            path: "Tests/LitmusPrograms",
            swiftSettings: strictTests
        ),
        .executableTarget(
            name: "litmus-runner",
            dependencies: ["LitmusPrograms", "FileSystemSeam"],
            path: "Tests/LitmusRunner",
            swiftSettings: strictTests
        ),
        .testTarget(name: "TestSupportTests", dependencies: ["TestSupport"], swiftSettings: strictTests),
        .testTarget(name: "CanonicalTests", dependencies: ["Canonical", "TestSupport"], swiftSettings: strictTests),
        .testTarget(
            name: "SigningTests",
            dependencies: ["Signing", "Canonical", "TestSupport"],
            swiftSettings: strictTests
        ),
        .testTarget(
            name: "FileSystemSeamTests",
            dependencies: ["FileSystemSeam", "TestSupport"],
            swiftSettings: strictTests
        ),
        .testTarget(
            name: "CrashTestingTests",
            dependencies: ["CrashTesting", "FileSystemSeam", "Canonical", "LitmusPrograms", "TestSupport"],
            swiftSettings: strictTests
        ),
        .testTarget(
            name: "CrashTests",
            dependencies: [
                "EventLog", "Journal", "KeyStore", "CrashTesting", "CrashTestSupport", "FileSystemSeam", "TestSupport",
            ],
            swiftSettings: strictTests
        ),
        .testTarget(
            name: "LockKitTests",
            dependencies: [
                "LockKit", "CrashTesting", "CrashTestSupport", "FileSystemSeam", "Signing", "Canonical", "TestSupport",
            ],
            swiftSettings: strictTests
        ),
        .testTarget(
            name: "PlatformProfileTests",
            dependencies: ["PlatformProfile", "FileSystemSeam", "Canonical", "TestSupport"],
            swiftSettings: strictTests
        ),
        .testTarget(
            name: "JournalTests",
            dependencies: ["Journal", "PlatformProfile", "FileSystemSeam", "Signing", "Canonical", "TestSupport"],
            swiftSettings: strictTests
        ),
        .testTarget(
            name: "EventLogTests",
            dependencies: [
                "EventLog", "LockKit", "PlatformProfile", "FileSystemSeam", "Signing", "Canonical", "TestSupport",
            ],
            swiftSettings: strictTests
        ),
        .testTarget(
            name: "KeyStoreTests",
            dependencies: [
                "KeyStore", "CrashTesting", "LockKit", "PlatformProfile", "FileSystemSeam", "Signing", "Canonical",
                "TestSupport",
            ],
            swiftSettings: strictTests
        ),
        .testTarget(
            name: "HoldfastCLITests",
            dependencies: [
                "HoldfastCLI", "LockKit", "PlatformProfile", "Signing", "Canonical", "FileSystemSeam", "TestSupport",
            ],
            exclude: ["Golden"],
            swiftSettings: strictTests
        ),
        .testTarget(
            name: "HoldfastBenchTests",
            dependencies: ["HoldfastBench", "Canonical", "FileSystemSeam", "TestSupport"],
            swiftSettings: strictTests
        ),
        .testTarget(
            name: "FixtureTests",
            dependencies: [
                "Journal", "EventLog", "LockKit", "PlatformProfile", "Signing", "Canonical", "FileSystemSeam",
                "TestSupport",
            ],
            swiftSettings: strictTests
        ),
        .executableTarget(
            name: "journal-worker",
            dependencies: ["Journal", "FileSystemSeam"],
            path: "Tests/JournalWorker",
            swiftSettings: strictTests
        ),
        .executableTarget(
            name: "event-worker",
            dependencies: ["EventLog", "FileSystemSeam"],
            path: "Tests/EventWorker",
            swiftSettings: strictTests
        ),
        .executableTarget(
            name: "key-worker",
            dependencies: ["KeyStore", "FileSystemSeam", "Canonical"],
            path: "Tests/KeyWorker",
            swiftSettings: strictTests
        ),
        .executableTarget(
            name: "lock-worker",
            dependencies: ["LockKit", "FileSystemSeam", "Canonical", "TestSupport"],
            path: "Tests/LockWorker",
            swiftSettings: strictTests
        ),
        .testTarget(
            name: "MultiProcessTests",
            dependencies: [
                "Journal", "KeyStore", "LockKit", "PlatformProfile", "EventLog", "FileSystemSeam", "Canonical",
                "TestSupport", "holdfast", "journal-worker", "key-worker", "lock-worker", "event-worker",
            ],
            swiftSettings: strictTests
        ),
        .testTarget(name: "TidyTests", dependencies: ["TestSupport", "holdfast"], swiftSettings: strictTests),
    ]
)
