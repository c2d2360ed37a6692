extension File {
    /// Gives up the lock that is held through this handle, if any, and closes it; errors are of no consequence.
    ///
    /// Closing alone drops only this handle: a child that was forked meanwhile and runs no other program has the open
    /// file description, too, and the lock would last until the child ends. Only for the process that took the lock: in
    /// the child this would take it from the parent, and there ``close()`` is the way.
    package func unlockAndClose() {
        try? unlock()
        try? close()
    }
}

extension Directory {
    /// Gives up the lock that is held through this handle, if any, and closes it, as ``File/unlockAndClose()`` does.
    package func unlockAndClose() {
        try? unlock()
        try? close()
    }
}
