// HoldfastCLITests
