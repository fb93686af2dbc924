package source

import (
	"strings"
	"testing"
)

// The operators as "Control which events Lambda sends to your function"
// (lambda/latest/dg/invocation-eventfiltering.html) and "Comparison operators for use in event
// patterns in Amazon EventBridge" (eventbridge/latest/userguide/eb-create-pattern-operators.html)
// have them: a pattern, what passes, what does not.
func TestFilterOperators(t *testing.T) {
	for _, test := range []struct {
		name, pattern string
		pass, refuse  []string
	}{
		{
			"equals", `{"a":["x"]}`,
			[]string{`{"a":"x"}`, `{"a":"x","b":1}`, `{"a":["y","x"]}`},
			[]string{`{"a":"X"}`, `{"a":"xx"}`, `{"b":"x"}`, `{"a":{"x":1}}`, `{}`, `{"a":[]}`, `{"a":[["x"]]}`, `"x"`},
		},
		{"or within a list", `{"a":["x","y",1]}`, []string{`{"a":"y"}`, `{"a":1}`}, []string{`{"a":"z"}`, `{"a":"1"}`}},
		{"and across keys", `{"a":["x"],"b":["y"]}`, []string{`{"a":"x","b":"y"}`}, []string{`{"a":"x"}`, `{"a":"x","b":"x"}`}},
		{"nested", `{"a":{"b":{"c":["x"]}}}`, []string{`{"a":{"b":{"c":"x"}}}`}, []string{`{"a":{"b":"x"}}`, `{"a":{"c":"x"}}`}},
		{"null", `{"a":[null]}`, []string{`{"a":null}`}, []string{`{}`, `{"a":""}`, `{"a":0}`}},
		{"empty", `{"a":[""]}`, []string{`{"a":""}`}, []string{`{"a":null}`, `{"a":" "}`, `{}`}},
		{"booleans", `{"a":[true]}`, []string{`{"a":true}`}, []string{`{"a":false}`, `{"a":"true"}`}},
		{"numbers are compared as written", `{"a":[300]}`, []string{`{"a":300}`}, []string{`{"a":300.0}`, `{"a":3e2}`, `{"a":"300"}`}},
		{"prefix", `{"a":[{"prefix":"F#"}]}`, []string{`{"a":"F#1"}`, `{"a":"F#"}`, `{"a":["x","F#2"]}`}, []string{`{"a":"f#1"}`, `{"a":"xF#"}`, `{"a":1}`, `{}`}},
		{"suffix", `{"a":[{"suffix":".png"}]}`, []string{`{"a":"x.png"}`}, []string{`{"a":"x.PNG"}`, `{"a":".png.x"}`}},
		{"equals-ignore-case", `{"a":[{"equals-ignore-case":"Alice"}]}`, []string{`{"a":"aLICE"}`}, []string{`{"a":"alice "}`}},
		{
			"anything-but", `{"a":[{"anything-but":["x",1]}]}`,
			[]string{`{"a":"y"}`, `{"a":2}`, `{"a":null}`}, []string{`{"a":"x"}`, `{"a":1}`, `{}`},
		},
		{"anything-but one", `{"a":[{"anything-but":"x"}]}`, []string{`{"a":"y"}`}, []string{`{"a":"x"}`}},
		{
			"numeric range", `{"a":[{"numeric":[">",10,"<=",20]}]}`,
			[]string{`{"a":10.5}`, `{"a":20}`, `{"a":2e1}`}, []string{`{"a":10}`, `{"a":20.01}`, `{"a":"15"}`, `{}`},
		},
		{"numeric equals", `{"a":[{"numeric":["=",100]}]}`, []string{`{"a":100.0}`}, []string{`{"a":101}`}},
		{"exists", `{"a":[{"exists":true}]}`, []string{`{"a":1}`, `{"a":null}`, `{"a":""}`}, []string{`{}`, `{"a":{"b":1}}`}},
		{"exists not", `{"a":[{"exists":false}]}`, []string{`{}`, `{"b":1}`}, []string{`{"a":1}`, `{"a":null}`}},
		{"exists not, below what is not there", `{"a":{"b":[{"exists":false}]}}`, []string{`{}`, `{"a":{}}`}, []string{`{"a":{"b":1}}`}},
		{
			"or across keys", `{"$or":[{"a":["x"]},{"b":[{"numeric":[">",1]}]}],"c":["y"]}`,
			[]string{`{"a":"x","c":"y"}`, `{"b":2,"c":"y"}`}, []string{`{"a":"x"}`, `{"b":1,"c":"y"}`, `{"c":"y"}`},
		},
		{"operators mixed", `{"a":[{"prefix":"F"},{"exists":false},"H"]}`, []string{`{"a":"F1"}`, `{}`, `{"a":"H"}`}, []string{`{"a":"H1"}`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, err := ParseFilter([]string{test.pattern})
			if err != nil {
				t.Fatal(err)
			}
			for want, records := range map[bool][]string{true: test.pass, false: test.refuse} {
				for _, text := range records {
					record, err := decode([]byte(text))
					if err != nil {
						t.Fatal(err)
					}
					if f.Passes(record) != want {
						t.Errorf("%s passes %s: %v, want %v", text, test.pattern, !want, want)
					}
				}
			}
		})
	}
}

// Several filters are alternatives; none lets everything pass.
func TestFiltersAreAlternatives(t *testing.T) {
	two, err := ParseFilter([]string{`{"a":["x"]}`, `{"b":["y"]}`})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{`{"a":"x"}`: true, `{"b":"y"}`: true, `{"a":"y","b":"x"}`: false} {
		record, err := decode([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if two.Passes(record) != want {
			t.Errorf("%s: %v, want %v", text, !want, want)
		}
		if !(Filter{}).Passes(record) {
			t.Errorf("%s does not pass without filters", text)
		}
	}
}

func TestFiltersThatAreRefused(t *testing.T) {
	for pattern, want := range map[string]string{
		`{"a":[{"wildcard":"x*"}]}`:               "a: wildcard: this operator is not supported",
		`{"a":{"b":[{"cidr":"10.0.0.0/8"}]}}`:     "a: b: cidr: this operator is not supported",
		`{"a":"x"}`:                               "a: want an object or a list of tests",
		`{"a":[]}`:                                "a: an empty list matches nothing",
		`{"a":[["x"]]}`:                           "a: a list within a list of tests",
		`{"a":[{"prefix":"x","suffix":"y"}]}`:     "a: a test has one operator, not 2",
		`{"a":[{}]}`:                              "a: a test has one operator, not 0",
		`{"a":[{"prefix":1}]}`:                    "a: prefix: want a string",
		`{"a":[{"exists":"yes"}]}`:                "a: exists: want true or false",
		`{"a":[{"anything-but":{"prefix":"x"}}]}`: "a: anything-but: want a string, a number, or a list of them",
		`{"a":[{"numeric":[">"]}]}`:               "a: numeric: want pairs",
		`{"a":[{"numeric":["!=",1]}]}`:            "a: numeric: != is none of",
		`{"a":[{"numeric":[">","1"]}]}`:           "a: numeric: 1 is no number",
		`{"$or":[["x"]]}`:                         "$or: want a list of patterns",
		`["x"]`:                                   "a pattern is an object",
		`{"a":["x"]} {}`:                          "more than one JSON value",
		`{"a":`:                                   "unexpected EOF",
	} {
		if _, err := ParseFilter([]string{pattern}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", pattern, err, want)
		}
	}
}

// The table of "Using event filtering with an Amazon SQS event source"
// (lambda/latest/dg/with-sqs-filtering.html): body and pattern must be of a kind, or the message is
// dropped.
func TestBodyFilters(t *testing.T) {
	for _, test := range []struct {
		pattern, body string
		want          bool
	}{
		{`{"body":["plain"]}`, `plain`, true},
		{`{"body":["plain"]}`, `other`, false},
		{`{"body":["plain"]}`, `{"kind":"wake"}`, false},
		{`{"body":{"kind":["wake"]}}`, `{"kind":"wake"}`, true},
		{`{"body":{"kind":["wake"]}}`, `{"kind":"warn"}`, false},
		{`{"body":{"kind":["wake"]}}`, `plain`, false},
	} {
		f, err := parseBodyFilter([]string{test.pattern})
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Passes(bodyRecord(test.body)); got != test.want {
			t.Errorf("%s passes %s: %v, want %v", test.body, test.pattern, got, test.want)
		}
	}
}

func FuzzParseFilter(f *testing.F) {
	f.Add(`{"a":[{"numeric":[">",1]}]}`, `{"a":2}`)
	f.Add(`{"$or":[{"a":[{"exists":false}]}]}`, `[]`)
	f.Fuzz(func(t *testing.T, pattern, text string) {
		filter, err := ParseFilter([]string{pattern})
		if err != nil {
			return
		}
		if record, err := decode([]byte(text)); err == nil {
			filter.Passes(record)
		}
	})
}
