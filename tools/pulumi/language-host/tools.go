//go:build tools

// Package tools pins what engine.py builds, so that go.sum covers every byte of it.
package tools

import _ "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"
