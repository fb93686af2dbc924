package check

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Whoever is woken by an alarm finds a page by its name; a page without an alarm is stale. That their commands work is
// rehearsed by infra/journeys.
func TestEveryAlarmHasItsRunbook(t *testing.T) {
	c := translatedCloud(t)
	pages, err := filepath.Glob(filepath.Join(root, "docs/runbooks/*Alarm.md"))
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for _, page := range pages {
		named = append(named, strings.TrimSuffix(filepath.Base(page), ".md"))
	}
	same(t, "alarms beside docs/runbooks (a page begins best as a copy of its neighbour)", c.of(t, "AWS::CloudWatch::Alarm"), named)
}

var word = regexp.MustCompile(`(?m)^([a-z]+)\(\) \{`)

// The pages' words mean the same on AWS and here, and name what the template has.
func TestRunbooksSpeakOneLanguage(t *testing.T) {
	c := translatedCloud(t)
	words := map[string][]string{}
	for _, shell := range []string{"aws", "local"} {
		text, err := os.ReadFile(filepath.Join(root, "docs/runbooks", shell+".sh"))
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range word.FindAllStringSubmatch(string(text), -1) {
			words[shell] = append(words[shell], match[1])
		}
	}
	pages, err := filepath.Glob(filepath.Join(root, "docs/runbooks/*Alarm.md"))
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range block.FindAllStringSubmatch(string(text), -1) {
			for line := range strings.Lines(strings.TrimSpace(match[1])) {
				fields := strings.Fields(line)
				for _, shell := range []string{"aws", "local"} {
					if !slices.Contains(words[shell], fields[0]) {
						t.Errorf("%s: %q is no word of %s.sh", filepath.Base(page), fields[0], shell)
					}
				}
				if _, ok := c[fields[1]]; !ok && fields[0] != "lines" && fields[0] != "wake" {
					t.Errorf("%s: %s is nothing in the template", filepath.Base(page), fields[1])
				}
			}
		}
	}
}
