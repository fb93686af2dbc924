package journeys_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// step is a command of a page, and what the page says that it prints ("" where it says nothing).
type step struct{ command, prints string }

// steps are the blocks of a page that are marked sh, each with the block after it that is marked with any other language.
func steps(page string) (all []step) {
	for _, block := range fenced.FindAllStringSubmatch(page, -1) {
		switch last := len(all) - 1; {
		case block[1] == "sh":
			all = append(all, step{command: block[2]})
		case block[1] != "" && last >= 0 && all[last].prints == "":
			all[last].prints = block[2]
		}
	}
	return all
}

// walk runs a page's commands in one shell, as a reader does who copies them, and holds what they print against what the
// page shows: "…" stands for anything, and white space for none.
func walk(j *journey, a args) error {
	s, err := j.running()
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join("..", "..", a["page"]))
	if err != nil {
		return err
	}
	all := steps(string(text))
	if len(all) == 0 {
		return fmt.Errorf("%s has no commands", a["page"])
	}
	const end = "\n-- the step ends --\n"
	var script strings.Builder
	for _, step := range all {
		fmt.Fprintf(&script, "%s\nprintf '%s'\n", step.command, strings.ReplaceAll(end, "\n", `\n`))
	}
	place := filepath.Join(j.dir, "walk")
	if err := os.MkdirAll(place, 0o755); err != nil {
		return err
	}
	if err := os.Symlink(s.dir, filepath.Join(place, ".local")); err != nil {
		return err
	}
	shell := exec.Command("bash", "-euo", "pipefail", "-c", script.String())
	shell.Dir = place
	shell.Env = slices.Concat(os.Environ(), []string{"API=" + s.api, "CONTROL=" + s.control})
	said, failed := shell.CombinedOutput()
	printed := strings.Split(string(said), end)
	for i, step := range all {
		if i >= len(printed)-1 {
			return fmt.Errorf("%s: %w\n%s\nprinted\n%s", a["page"], failed, step.command, printed[len(printed)-1])
		}
		if !shows(step.prints, printed[i]) {
			return fmt.Errorf("%s:\n%sprinted\n%s\nwhich the page shows as\n%s", a["page"], step.command, printed[i], step.prints)
		}
	}
	return nil
}

// shows tells whether a text is what the pattern shows.
func shows(pattern, text string) bool {
	bare := func(s string) string { return strings.Join(strings.Fields(s), "") }
	parts := strings.Split(bare(pattern), "…")
	rest, begins := strings.CutPrefix(bare(text), parts[0])
	for _, part := range parts[1:] {
		at := strings.Index(rest, part)
		if at < 0 {
			return false
		}
		rest = rest[at+len(part):]
	}
	ends := rest == "" || len(parts) > 1 && strings.HasSuffix(rest, parts[len(parts)-1])
	return pattern == "" || begins && ends
}

func TestAPageShowsWhatIsPrinted(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "anything", true},
		{`{"a": 1}`, `{"a":1}`, true},
		{`{"a": 1}`, `{"a":12}`, false},
		{`{…"b": 2…}`, `{"a":{"x":"{id}"},"b":2,"c":3}`, true},
		{`{…"b": 2…}`, `{"a":1,"c":3}`, false},
		{`{…"b": 2…}`, `[{"b":2}]`, false},
		{"{…}\n{…\"b\": 2}", "{\"a\":1}\n\n{\"b\":2}\n", true},
		{`{…"b": 2, "a"…}`, `{"a":1,"b":2}`, false},
		{"1", "11", false},
	} {
		if got := shows(c.pattern, c.text); got != c.want {
			t.Errorf("%s shows %s: %v", c.pattern, c.text, got)
		}
	}
}
