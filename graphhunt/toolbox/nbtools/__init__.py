"""The notebook tools of msticpy under their modules' names: write `graphhunt.toolbox` for `msticpy`."""
