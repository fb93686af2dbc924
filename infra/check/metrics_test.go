package check

import (
	"go/ast"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"guanxi/internal/telemetry"
)

// A metric that nobody explains is noise.
func TestMetricsAreDocumented(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs/operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, metric := range telemetry.Metrics() {
		listed = append(listed, string(metric))
		if !strings.Contains(string(text), "`"+string(metric)+"`") {
			t.Errorf("docs/operations.md does not tell what %s counts", metric)
		}
	}
	same(t, "telemetry.Metrics beside the constants", listed, metricsDeclared(t))
}

// metricsDeclared are the names of telemetry's constants, each its own value.
func metricsDeclared(t *testing.T) (declared []string) {
	t.Helper()
	for _, file := range sources(t, "internal/telemetry") {
		ast.Inspect(file.syntax, func(n ast.Node) bool {
			if value, ok := n.(*ast.ValueSpec); ok && !file.test {
				if kind, ok := value.Type.(*ast.Ident); ok && kind.Name == "Metric" {
					name, _ := literal(value.Values[0])
					declared = append(declared, name)
					if value.Names[0].Name != name {
						t.Errorf("%s: %s is called %q", file.at(value), value.Names[0].Name, name)
					}
				}
			}
			return true
		})
	}
	slices.Sort(declared)
	return declared
}
