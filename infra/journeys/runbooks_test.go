package journeys_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// rehearsals makes a journey of each page of docs/runbooks, and returns their files: what the page's rehearsal says comes
// before a section, then the section's own commands as they stand, with a moment for everything to settle.
func rehearsals(t *testing.T) (files []string) {
	t.Helper()
	pages, err := filepath.Glob("../../docs/runbooks/*Alarm.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("no runbooks: %v", err)
	}
	dir := t.TempDir()
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(page), ".md")
		script, err := rehearsal(string(text))
		if err != nil {
			t.Fatalf("%s: %v", page, err)
		}
		file := filepath.Join(dir, "runbook-"+name+".txtar")
		if err := os.WriteFile(file, []byte(script), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

var fenced = regexp.MustCompile("(?ms)^```([^\n]*)\n(.*?)^```$")

// rehearsal is a page as a script.
func rehearsal(page string) (string, error) {
	sections := map[string]string{} // by title
	for _, section := range strings.Split(page, "\n## ")[1:] {
		title, text, _ := strings.Cut(section, "\n")
		sections[title] = text
	}
	staged := map[string]string{} // the rehearsal's blocks, by "before Look" and the like
	for _, block := range fenced.FindAllStringSubmatch(sections["Rehearsal"], -1) {
		staged[strings.TrimPrefix(block[1], "journey ")] = block[2]
	}
	var script, files strings.Builder
	for _, title := range []string{"Look", "Mend", "Verify"} {
		commands := 0
		fmt.Fprintf(&script, "# %s\n%s", title, staged["before "+title])
		delete(staged, "before "+title)
		for _, block := range fenced.FindAllStringSubmatch(sections[title], -1) {
			if block[1] == "sh" {
				commands++
				file := fmt.Sprintf("%s-%d.sh", strings.ToLower(title), commands)
				fmt.Fprintf(&script, "operator %s\n", file)
				fmt.Fprintf(&files, "-- %s --\n%s", file, block[2])
			}
		}
		if commands == 0 && title != "Mend" { // what mends may be a release
			return "", fmt.Errorf("section %q has no commands", title)
		}
	}
	fmt.Fprintf(&script, "# In the end\n%s", staged["after Verify"])
	if staged["after Verify"] == "" {
		return "", errors.New("the rehearsal expects nothing after Verify")
	}
	delete(staged, "after Verify")
	if len(staged) > 0 {
		return "", fmt.Errorf("blocks of the rehearsal that stand nowhere: %v", staged)
	}
	return script.String() + files.String(), nil
}

// operator runs a page's commands, with the words that they are made of, and waits until everything has settled.
func operator(j *journey, a args) error {
	s, err := j.running()
	if err != nil {
		return err
	}
	commands, err := j.withIDs(j.ts.ReadFile(a["file"]))
	if err != nil {
		return err
	}
	shell := exec.Command("bash", "-euo", "pipefail", "-c", ". ../../docs/runbooks/local.sh\n"+commands)
	shell.Env = slices.Concat(os.Environ(), []string{"CONTROL=" + s.control, "SQS=" + s.sqs, "LOCAL=" + s.dir, "STACK=" + s.stack})
	said, err := shell.CombinedOutput()
	j.said = string(said)
	if err != nil {
		return fmt.Errorf("%w after:\n%s", err, said)
	}
	return settle(j, nil)
}

// expectSaid is about what the last commands printed.
func expectSaid(j *journey, a args) error {
	wanted, err := j.withIDs(a["text"])
	if err == nil && !strings.Contains(j.said, wanted) {
		err = fmt.Errorf("%q was not said, but:\n%s", wanted, j.said)
	}
	return err
}
