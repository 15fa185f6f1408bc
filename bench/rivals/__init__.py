"""The programs we are measured against, each as its own documentation would write it, each in its own process."""
