// swift-tools-version: 6.2
import PackageDescription

// What a user of Holdfast writes: one target per product, so that each is shown to stand on its own.
let package = Package(
    name: "downstream",
    platforms: [.macOS(.v26)],
    dependencies: [.package(name: "holdfast", path: "../..")],
    targets: [
        "Canonical", "Signing", "FileSystemSeam", "CrashTesting", "LockKit", "PlatformProfile", "Journal", "EventLog",
        "KeyStore",
    ]
    .map {
        product in
        .executableTarget(
            name: "Uses\(product)",
            dependencies: [.product(name: product, package: "holdfast")]
                // A store is written against the seam, whatever else it is proved with.
                + (product == "CrashTesting" ? [.product(name: "FileSystemSeam", package: "holdfast")] : [])
        )
    }
)
