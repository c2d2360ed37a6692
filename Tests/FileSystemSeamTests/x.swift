// FileSystemSeamTests
