"""CTX: which work a study is seen beside."""
