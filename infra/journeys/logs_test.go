package journeys_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// traced marks a delivery with a trace of its own, as X-Ray's header does; <trace> is the last one's from then on.
func (j *journey) traced(header http.Header) {
	j.deliveries++
	j.trace = fmt.Sprintf("1-00000000-%024x", j.deliveries)
	header.Set("X-Amzn-Trace-Id", "Root="+j.trace)
}

// expectLog wants one line of a function's log that says all of this: NAME=VALUE is a member, or one of a member that is
// a list. A value may have spaces.
func expectLog(j *journey, a args) error {
	wanted, err := j.withIDs(a["members"])
	if err != nil {
		return err
	}
	lines, err := j.log(a["function"])
	if err != nil {
		return err
	}
	for _, line := range lines {
		if says(line, wanted) {
			return nil
		}
	}
	var all strings.Builder
	for _, line := range lines {
		text, _ := json.Marshal(line) // it was JSON
		fmt.Fprintf(&all, "\n  %s", text)
	}
	return fmt.Errorf("no line of %s says %s:%s", a["function"], wanted, all.String())
}

// log is what a function wrote, but for what its runtime wrote beside it.
func (j *journey) log(function string) (lines []object, err error) {
	var told struct{ Lines []string }
	if err := j.control(http.MethodGet, "/functions/"+function+"/logs", nil, &told); err != nil {
		return nil, err
	}
	for _, text := range told.Lines {
		if !strings.HasPrefix(text, "{") {
			continue
		}
		var line object
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			return nil, fmt.Errorf("%s logged %q: %w", function, text, err)
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func says(line object, wanted string) bool {
	var members []string
	for word := range strings.FieldsSeq(wanted) {
		if last := len(members) - 1; last >= 0 && !strings.Contains(word, "=") {
			members[last] += " " + word
		} else {
			members = append(members, word)
		}
	}
	for _, member := range members {
		name, value, _ := strings.Cut(member, "=")
		got := line[name]
		list, many := got.([]any)
		if !many {
			list = []any{got}
		}
		if !slices.ContainsFunc(list, func(one any) bool { return one != nil && fmt.Sprint(one) == value }) {
			return false
		}
	}
	return len(members) > 0
}
