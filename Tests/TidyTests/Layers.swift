/// Which module may import which: the one place where the layers are written down as a rule.
///
/// `docs/architecture.md` shows the same as a picture and gives the reasons.
enum Layers {
    /// The Swift modules of `Sources`, each with the modules of this package it may import.
    static let mayImport: [String: Set<String>] = [
        "Canonical": ["CCrypto"],
        "Signing": ["Canonical", "CCrypto"],
        "FileSystemSeam": ["CPosix"],
        "CrashTesting": ["FileSystemSeam", "Canonical"],
        "LockKit": ["Canonical", "Signing", "FileSystemSeam"],
        "PlatformProfile": ["Canonical", "FileSystemSeam"],
        "Journal": ["Canonical", "Signing", "FileSystemSeam", "PlatformProfile"],
        "EventLog": ["Canonical", "Signing", "FileSystemSeam", "LockKit", "PlatformProfile"],
        "KeyStore": ["Canonical", "Signing", "FileSystemSeam", "LockKit", "PlatformProfile", "CSodium"],
        "HoldfastCLI": [
            "Canonical", "Signing", "FileSystemSeam", "CrashTesting", "LockKit", "PlatformProfile", "Journal",
            "EventLog", "KeyStore",
            "CPosix",
        ],
        "holdfast": ["HoldfastCLI"],
        "HoldfastBench": [
            "HoldfastCLI", "Canonical", "FileSystemSeam", "CrashTesting", "LockKit", "PlatformProfile", "Journal",
            "EventLog", "KeyStore",
            "CAllocations", "CCrypto", "CPosix", "CSodium", "CSQLite",
        ],
        "holdfast-bench": ["HoldfastBench", "HoldfastCLI"],
    ]

    /// What every module may import: parts of the language that come without Foundation or libc.
    static let always: Set<String> = ["Swift", "Synchronization"]

    /// The files of the seam that may reach libc through `CPosix`; all others use what these offer.
    static let filesReachingSystem: Set<String> = [
        "Sources/FileSystemSeam/Memory/GuardedMemory.swift",
        "Sources/FileSystemSeam/Posix/PosixDirectory+TwoNames.swift",
        "Sources/FileSystemSeam/Posix/PosixDirectory.swift",
        "Sources/FileSystemSeam/Posix/PosixFile.swift",
        "Sources/FileSystemSeam/Posix/PosixFileSystem+HostProbes.swift",
        "Sources/FileSystemSeam/Posix/PosixFileSystem+MountFacts.swift",
        "Sources/FileSystemSeam/Posix/PosixFileSystem+ProcessIdentity.swift",
        "Sources/FileSystemSeam/Posix/PosixFileSystem.swift",
        "Sources/FileSystemSeam/Posix/SystemCalls+Conversions.swift",
        "Sources/FileSystemSeam/Posix/SystemCalls+Locks.swift",
        "Sources/FileSystemSeam/Posix/SystemCalls.swift",
        "Sources/FileSystemSeam/Threading/Native.swift",
        "Sources/FileSystemSeam/Values/ErrorNumber.swift",
    ]

    /// Whether a module may import another.
    static func allows(_ module: String, toImport imported: String) -> Bool {
        always.contains(imported) || mayImport[module]?.contains(imported) == true
    }
}
