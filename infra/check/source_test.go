package check

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Time comes in with the event. What guards against the outside, a Standard Webhooks timestamp,
// is compared with real time inside its library.
func TestProductReadsNoMachineClock(t *testing.T) {
	for _, file := range product(t) {
		for _, breach := range file.calls("time", "Now", "Since", "Until", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Sleep") {
			t.Error(breach)
		}
		for _, breach := range file.calls("uuid", "New", "NewString", "NewUUID", "NewV6", "NewV7", "NewV7FromReader", "Must") {
			t.Errorf("%s: its time is the machine's", breach)
		}
	}
}

// A test that sleeps is slow when it passes and wrong when it fails; one that skips proves nothing.
func TestNoTestSleepsOrSkips(t *testing.T) {
	for _, file := range sources(t, "internal", "functions", "infra") {
		if !file.test {
			continue
		}
		for _, breach := range file.calls("time", "Sleep") {
			t.Error(breach)
		}
		for _, breach := range file.skips() {
			t.Error(breach)
		}
	}
}

// Nothing happens because a package is imported, and nothing is remembered beside what main made.
func TestNoInitAndNoState(t *testing.T) {
	byPackage := map[string][]goFile{}
	for _, file := range product(t) {
		byPackage[filepath.Dir(file.path)] = append(byPackage[filepath.Dir(file.path)], file)
	}
	for _, files := range byPackage {
		for _, breach := range state(files) {
			t.Error(breach)
		}
	}
}

var keyPrefix = regexp.MustCompile(`^[A-Z]+#`)

// Key strings stand in one file.
func TestKeysStandInOneFile(t *testing.T) {
	const home = "internal/store/keys.go"
	words := map[string]bool{}
	for _, file := range product(t) {
		if file.path != home {
			continue
		}
		ast.Inspect(file.syntax, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok {
				for _, value := range spec.Values {
					if text, ok := literal(value); ok && text == strings.ToUpper(text) && text != "" {
						words[text] = true
					}
				}
			}
			return true
		})
	}
	if len(words) < 10 {
		t.Fatalf("%s holds only %v", home, keysOf(words))
	}
	for _, file := range product(t) {
		if file.path == home {
			continue
		}
		ast.Inspect(file.syntax, func(n ast.Node) bool {
			expression, ok := n.(ast.Expr)
			if !ok {
				return true
			}
			text, ok := literal(expression)
			inStore := filepath.Dir(file.path) == filepath.Dir(home)
			if ok && (keyPrefix.MatchString(text) || inStore && words[text]) {
				t.Errorf("%s: the key string %q belongs into %s", file.at(n), text, home)
			}
			return true
		})
	}
}

// The judges, on a file that breaks every rule.
func TestTheJudgesOfSource(t *testing.T) {
	const text = `package bad
import ( clock "time"; "errors" )
var table = map[string]int{"a": 1}
var count int
var errGone = errors.New("gone")
func init() { count++ }
func f() { table["b"] = 2; at := &count; _ = at; local := 1; local = 2; _, _ = local, clock.Now() }
func g(count int) { count = 2; errGone = nil }
func TestA(t *testing.T) { t.Skip(); rapid.Check(t, func(t *rapid.T) { t.Skip() }); t.Run("", func(b *testing.T) { b.SkipNow(); t.Skipf("") }) }
`
	files := token.NewFileSet()
	syntax, err := parser.ParseFile(files, "bad.go", text, 0)
	if err != nil {
		t.Fatal(err)
	}
	file := goFile{path: "bad.go", files: files, syntax: syntax}
	if got := file.calls("time", "Now"); len(got) != 1 {
		t.Errorf("time.Now under another name: got %q", got)
	}
	if got := file.skips(); len(got) != 3 {
		t.Errorf("t.Skip, b.SkipNow, t.Skipf: got %q", got)
	}
	if got := state([]goFile{file}); len(got) != 5 {
		t.Errorf("init, count++, table[…] =, &count, errGone =: got %q", got)
	}
}
