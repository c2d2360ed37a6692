import PlatformProfile

print("PlatformProfile:", PlatformError.invalid(path: "profile", .missing).code)
