// MultiProcessTests
