package journeys_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// evidence is all that a system leaves behind where others than its callers may look: the servers' files on disk, what
// lies in queues, the logs of functions, servers and host, headers of answers, bodies of refusals. Its keys are "data",
// "queues", "logs" and "answers".
type evidence map[string][]byte

// examine collects the evidence and ends the system, so that everything lies on disk.
func examine(j *journey, _ args) error {
	s, err := j.running()
	if err != nil {
		return err
	}
	if s.said == nil {
		return errors.New("only a system that keeps its data on disk can be examined: start-host")
	}
	found := evidence{"answers": j.told}
	var all struct{ Queues []struct{ Name string } }
	if err := j.control(http.MethodGet, "/queues", nil, &all); err != nil {
		return err
	}
	for _, q := range all.Queues {
		a, err := send(http.MethodGet, s.control+"/queues/"+q.Name+"/messages", http.Header{}, nil)
		if err != nil {
			return err
		}
		found["queues"] = append(found["queues"], a.body...)
	}
	j.end()
	found["logs"] = []byte(s.said())
	for _, folder := range []string{"data", "logs"} {
		err := filepath.WalkDir(filepath.Join(s.dir, folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			found[folder] = append(found[folder], text...)
			return err
		})
		if err != nil {
			return err
		}
	}
	j.evidence = found
	return nil
}

// expectHidden is about texts that must be nowhere.
func expectHidden(j *journey, a args) error {
	if j.evidence == nil {
		return errors.New("examine before")
	}
	for mark := range strings.SplitSeq(a["marks"], " | ") {
		for where, text := range j.evidence {
			if form, at := search(text, mark); form != "" {
				return fmt.Errorf("%q stands in the %s, as %s: %q", mark, where, form, text[max(0, at-100):min(len(text), at+100)])
			}
		}
	}
	return nil
}

// expectFound is the control: what is clear by design must be found, or searching proves nothing.
func expectFound(j *journey, a args) error {
	if form, _ := search(j.evidence[a["in"]], a["mark"]); form == "" {
		return fmt.Errorf("%q is not found in the %s (%d bytes)", a["mark"], a["in"], len(j.evidence[a["in"]]))
	}
	return nil
}

// search finds a text in any form in which a program may have written it.
func search(in []byte, mark string) (form string, at int) {
	for form, patterns := range forms(mark) {
		for _, pattern := range patterns {
			if at := bytes.Index(in, pattern); at >= 0 {
				return form, at
			}
		}
	}
	return "", -1
}

func forms(mark string) map[string][][]byte {
	little, big := []byte{}, []byte{}
	for _, unit := range utf16.Encode([]rune(mark)) {
		little = append(little, byte(unit), byte(unit>>8))
		big = append(big, byte(unit>>8), byte(unit))
	}
	escaped := strings.Trim(fmt.Sprintf("%+q", mark), `"`) // JSON of a careful writer
	return map[string][][]byte{
		"UTF-8": {[]byte(mark), []byte(escaped)}, "UTF-16": {little, big},
		"base64": in64(mark), "hexadecimal": {[]byte(hex.EncodeToString([]byte(mark))), []byte(strings.ToUpper(hex.EncodeToString([]byte(mark))))},
	}
}

// in64 is what base64 makes of the mark wherever it begins in a longer text, without the letters that its neighbours have
// a part in.
func in64(mark string) (patterns [][]byte) {
	for shift := range 3 {
		whole := []byte(strings.Repeat("\x00", shift) + mark)
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			first := (shift*8 + 5) / 6
			patterns = append(patterns, []byte(encoding.EncodeToString(whole))[first:len(whole)*8/6])
		}
	}
	return patterns
}

func TestSearchFindsEveryForm(t *testing.T) {
	const mark = "li.lei+mark@例子.com"
	for offset := range 7 {
		long := strings.Repeat("x", offset) + mark + "tail"
		little := make([]byte, 0, 2*len(long))
		for _, unit := range utf16.Encode([]rune(long)) {
			little = append(little, byte(unit), byte(unit>>8))
		}
		for name, text := range map[string][]byte{
			"as it is": []byte(long), "in UTF-16": little, "in hexadecimal": []byte(hex.EncodeToString([]byte(long))), "in ASCII": fmt.Appendf(nil, "%+q", long),
			"in base64": []byte(base64.StdEncoding.EncodeToString([]byte(long))), "for URLs": []byte(base64.URLEncoding.EncodeToString([]byte(long))),
		} {
			if form, _ := search(slices.Concat([]byte("some"), text, []byte("more")), mark); form == "" {
				t.Errorf("not found %s, %d bytes in", name, offset)
			}
			if form, _ := search(text, "li.lei+marc@例子.com"); form != "" {
				t.Errorf("another mark is found %s, in %s", name, form)
			}
		}
	}
}
