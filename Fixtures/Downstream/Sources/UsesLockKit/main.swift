import LockKit

print("LockKit:", LockError.directoryMissing(path: "/nonexistent").code)
