"""Parts of Scripts/crash-on-real-filesystems: a block recorder, the images a power cut could leave, and workloads."""
