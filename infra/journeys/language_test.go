package journeys_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// command is a kind of line. Its usage is its grammar, by which parse reads the line:
//
//	order            a lower-case word at the beginning is the command's name, after "expect" two are
//	NUMBER           a value in its place
//	BODY...          a value that takes the rest of the line
//	by EMAIL         a word with a value, anywhere
//	amount=DECIMAL   an option, anywhere
//	backwards        a lower-case word alone is a switch
//	[ ]              what may be left out
type command struct {
	usage string
	do    func(*journey, args) error
}

// args are a line's values: those in their places under their lower-case names, the others under their words.
type args map[string]string

// journey is one script under way.
type journey struct {
	ts      *testscript.TestScript
	dir     string // of the script's files
	system  *system
	tokens  map[string]string // by who calls
	shops   map[string]shop   // by connection
	sent    []delivery        // every delivery, in order
	answer  answer            // the last one
	gone    map[string]string // ids of customers who are remembered, by their e-mail
	created string            // the id of what was created last
	kept    map[string]string // values of answers, by their <name>
	keyed   answer            // the last new one to a post with a key
	counts  map[string]int    // items by table when last counted
	grants  *grants           // of all journeys

	told       []byte   // headers of all answers, bodies of all refusals
	evidence   evidence // of the system that was examined
	said       string   // by the last commands of an operator
	trace      string   // of the last delivery
	deliveries int

	answered []string // the orders of a rush that were accepted
}

type journeyKey struct{}

// words are the commands as testscript calls them: one for each first word.
func words(all []command) map[string]func(*testscript.TestScript, bool, []string) {
	byWord := map[string]func(*testscript.TestScript, bool, []string){}
	for _, c := range all {
		word := c.name()[0]
		byWord[word] = func(ts *testscript.TestScript, refused bool, rest []string) {
			j, _ := ts.Value(journeyKey{}).(*journey)
			j.ts = ts
			ts.Check(j.run(all, refused, append([]string{word}, rest...)))
		}
	}
	return byWord
}

// run does one line. After "!" the system must refuse what is asked of it; without it, it must not.
func (j *journey) run(all []command, refused bool, line []string) error {
	i := slices.IndexFunc(all, func(c command) bool {
		return len(line) >= len(c.name()) && slices.Equal(line[:len(c.name())], c.name())
	})
	if i < 0 {
		return fmt.Errorf("unknown command %q; there are:\n%s", strings.Join(line[:min(2, len(line))], " "), usages(all, line[0]))
	}
	values, err := parse(all[i].usage, line)
	if err != nil {
		return fmt.Errorf("%w; usage: %s", err, all[i].usage)
	}
	err = all[i].do(j, values)
	if _, told := errors.AsType[refusal](err); told && refused {
		return nil
	}
	if err == nil && refused {
		return fmt.Errorf("was to be refused, but was answered %s", j.answer)
	}
	return err
}

func usages(all []command, word string) string {
	var lines []string
	for _, c := range all {
		if c.name()[0] == word {
			lines = append(lines, "  "+c.usage)
		}
	}
	return strings.Join(lines, "\n")
}

func (c command) name() []string {
	words := strings.Fields(c.usage)
	if words[0] == "expect" {
		return words[:2]
	}
	return words[:1]
}

// parse reads a line by a usage.
func parse(usage string, line []string) (args, error) {
	g := grammarOf(usage)
	values := args{}
	places := g.places
	for i := g.name; i < len(line); i++ {
		option, value, isOption := strings.Cut(line[i], "=")
		switch {
		case isOption && slices.Contains(g.options, option):
			values[option] = value
		case slices.Contains(g.switches, line[i]):
			values[line[i]] = "yes"
		case slices.Contains(g.worded, line[i]):
			if i+1 == len(line) {
				return nil, fmt.Errorf("%q wants a value", line[i])
			}
			values[line[i]] = line[i+1]
			i++
		case len(places) == 0:
			return nil, fmt.Errorf("%q is not understood", line[i])
		case strings.HasSuffix(places[0], "..."):
			values[strings.TrimSuffix(places[0], "...")] = strings.Join(line[i:], " ")
			i, places = len(line), nil
		default:
			values[places[0]] = line[i]
			places = places[1:]
		}
	}
	for _, name := range g.required {
		if _, ok := values[name]; !ok {
			return nil, fmt.Errorf("%s is missing", name)
		}
	}
	return values, nil
}

// grammar is a usage taken apart; names are lower-case.
type grammar struct {
	name                              int // how many words it has
	places, options, worded, switches []string
	required                          []string
}

func grammarOf(usage string) grammar {
	g := grammar{name: len(command{usage: usage}.name())}
	optional := false
	words := strings.Fields(usage)
	for i := g.name; i < len(words); i++ {
		optional = optional || strings.HasPrefix(words[i], "[")
		word := strings.Trim(words[i], "[]")
		option, _, isOption := strings.Cut(word, "=")
		name := option
		switch {
		case isOption:
			g.options = append(g.options, name)
		case isValue(word):
			name = strings.ToLower(strings.TrimSuffix(word, "..."))
			g.places = append(g.places, strings.ToLower(word))
		case i+1 < len(words) && !strings.HasSuffix(words[i], "]") && isValue(strings.Trim(words[i+1], "[]")):
			g.worded = append(g.worded, name)
			i++
		default:
			g.switches = append(g.switches, name)
		}
		if !optional {
			g.required = append(g.required, name)
		}
		if strings.HasSuffix(words[i], "]") {
			optional = false
		}
	}
	return g
}

func isValue(word string) bool {
	return word != "" && word[0] >= 'A' && word[0] <= 'Z' && !strings.Contains(word, "=")
}

func TestLinesAreReadByTheirUsage(t *testing.T) {
	const usage = "order SHOP NUMBER [by EMAIL] amount=DECIMAL [late]"
	for _, c := range []struct {
		line  string
		want  args
		wrong string
	}{
		{"order mall 7 by mei amount=1.00", args{"shop": "mall", "number": "7", "by": "mei", "amount": "1.00"}, ""},
		{"order amount=1 mall late 7", args{"shop": "mall", "number": "7", "amount": "1", "late": "yes"}, ""},
		{"order mall 7", nil, "amount is missing"},
		{"order mall amount=1", nil, "number is missing"},
		{"order mall 7 8 amount=1", nil, `"8" is not understood`},
		{"order mall 7 price=1 amount=1", nil, `"price=1" is not understood`},
		{"order mall 7 amount=1 by", nil, `"by" wants a value`},
	} {
		got, err := parse(usage, strings.Fields(c.line))
		if c.wrong != "" {
			if err == nil || err.Error() != c.wrong {
				t.Errorf("%s: error %v, want %s", c.line, err, c.wrong)
			}
			continue
		}
		if err != nil || fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %v, %v; want %v", c.line, got, err, c.want)
		}
	}
	if got, err := parse("send QUEUE TEXT...", []string{"send", "q", "a", "b=c"}); err != nil || got["text"] != "a b=c" {
		t.Errorf("the rest of a line: %v, %v", got, err)
	}
}
