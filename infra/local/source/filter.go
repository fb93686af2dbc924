package source

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Filter is a set of event patterns, of which a record must match one. The zero Filter passes all.
//
// A pattern repeats the record's nesting; each leaf is a list of tests of which one must hold. A
// value that is itself a list holds if one of its elements does. The tests are null, strings,
// numbers (compared as they are written) and booleans for themselves, and {"prefix": …},
// {"suffix": …}, {"equals-ignore-case": …}, {"anything-but": …}, {"numeric": [op, n, …]} and
// {"exists": …}; {"$or": […]} stands for a choice of patterns.
// ("Control which events Lambda sends to your function", lambda/latest/dg/invocation-eventfiltering.html)
type Filter struct{ patterns []test }

// test tells whether a value, possibly absent, holds.
type test func(value any, present bool) bool

// ParseFilter reads patterns. Each error names the operator or key that it can't take.
func ParseFilter(patterns []string) (Filter, error) {
	var f Filter
	for _, text := range patterns {
		value, err := decode([]byte(text))
		if err != nil {
			return Filter{}, fmt.Errorf("filter %s: %w", text, err)
		}
		object, ok := value.(map[string]any)
		if !ok {
			return Filter{}, fmt.Errorf("filter %s: a pattern is an object", text)
		}
		t, err := parseObject(object)
		if err != nil {
			return Filter{}, fmt.Errorf("filter %s: %w", text, err)
		}
		f.patterns = append(f.patterns, t)
	}
	return f, nil
}

// Passes tells whether the record, as decoded by decode, matches.
func (f Filter) Passes(record any) bool {
	for _, pattern := range f.patterns {
		if pattern(record, true) {
			return true
		}
	}
	return len(f.patterns) == 0
}

// decode keeps numbers as they are written.
func decode(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, fmt.Errorf("more than one JSON value")
	}
	return value, nil
}

func parseObject(object map[string]any) (test, error) {
	fields := map[string]test{}
	var choice test
	for key, value := range object {
		var t test
		var err error
		switch v := value.(type) {
		case map[string]any:
			t, err = parseObject(v)
		case []any:
			if key == "$or" {
				choice, err = parseChoice(v)
			} else {
				t, err = parseLeaf(v)
			}
		default:
			err = fmt.Errorf("want an object or a list of tests")
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		if t != nil {
			fields[key] = t
		}
	}
	return func(value any, present bool) bool {
		object, _ := value.(map[string]any)
		for key, t := range fields {
			field, there := object[key]
			if !t(field, there) {
				return false
			}
		}
		return choice == nil || choice(value, present)
	}, nil
}

func parseChoice(options []any) (test, error) {
	var tests []test
	for _, option := range options {
		object, ok := option.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("want a list of patterns")
		}
		t, err := parseObject(object)
		if err != nil {
			return nil, err
		}
		tests = append(tests, t)
	}
	return anyOf(tests), nil
}

func parseLeaf(list []any) (test, error) {
	if len(list) == 0 {
		return nil, fmt.Errorf("an empty list matches nothing")
	}
	var tests []test
	for _, element := range list {
		t, err := parseTest(element)
		if err != nil {
			return nil, err
		}
		tests = append(tests, t)
	}
	return anyOf(tests), nil
}

func anyOf(tests []test) test {
	return func(value any, present bool) bool {
		for _, t := range tests {
			if t(value, present) {
				return true
			}
		}
		return false
	}
}

func parseTest(element any) (test, error) {
	operator, ok := element.(map[string]any)
	if !ok {
		if _, ok := element.([]any); ok {
			return nil, fmt.Errorf("a list within a list of tests")
		}
		return elements(func(v any) bool { return v == element }), nil
	}
	var t test
	var err error
	for name, operand := range operator {
		if t, err = parseOperator(name, operand); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if len(operator) != 1 {
		return nil, fmt.Errorf("a test has one operator, not %d", len(operator))
	}
	return t, nil
}

func parseOperator(name string, operand any) (test, error) {
	switch name {
	case "exists":
		want, ok := operand.(bool)
		if !ok {
			return nil, fmt.Errorf("want true or false")
		}
		return func(value any, present bool) bool {
			// Only leaves exist: an object does not.
			_, object := value.(map[string]any)
			return (present && !object) == want
		}, nil
	case "prefix":
		return onStrings(operand, strings.HasPrefix)
	case "suffix":
		return onStrings(operand, strings.HasSuffix)
	case "equals-ignore-case":
		return onStrings(operand, strings.EqualFold)
	case "anything-but":
		return parseAnythingBut(operand)
	case "numeric":
		return parseNumeric(operand)
	default:
		return nil, fmt.Errorf("this operator is not supported")
	}
}

func onStrings(operand any, holds func(s, operand string) bool) (test, error) {
	want, ok := operand.(string)
	if !ok {
		return nil, fmt.Errorf("want a string")
	}
	return elements(func(v any) bool {
		s, ok := v.(string)
		return ok && holds(s, want)
	}), nil
}

// parseAnythingBut takes a value or a list of values; it holds for what is there and is none of them.
func parseAnythingBut(operand any) (test, error) {
	refused, ok := operand.([]any)
	if !ok {
		refused = []any{operand}
	}
	for _, r := range refused {
		switch r.(type) {
		case string, json.Number:
		default:
			return nil, fmt.Errorf("want a string, a number, or a list of them")
		}
	}
	return elements(func(v any) bool {
		return !slices.Contains(refused, v)
	}), nil
}

// parseNumeric takes pairs of an operator and a number, all of which must hold.
func parseNumeric(operand any) (test, error) {
	list, ok := operand.([]any)
	if !ok || len(list) == 0 || len(list)%2 != 0 {
		return nil, fmt.Errorf("want pairs of an operator and a number")
	}
	var bounds []func(float64) bool
	for i := 0; i < len(list); i += 2 {
		number, ok := list[i+1].(json.Number)
		if !ok {
			return nil, fmt.Errorf("%v is no number", list[i+1])
		}
		n, err := number.Float64()
		if err != nil {
			return nil, err
		}
		switch list[i] {
		case "=":
			bounds = append(bounds, func(v float64) bool { return v == n })
		case "<":
			bounds = append(bounds, func(v float64) bool { return v < n })
		case "<=":
			bounds = append(bounds, func(v float64) bool { return v <= n })
		case ">":
			bounds = append(bounds, func(v float64) bool { return v > n })
		case ">=":
			bounds = append(bounds, func(v float64) bool { return v >= n })
		default:
			return nil, fmt.Errorf("%v is none of = < <= > >=", list[i])
		}
	}
	return elements(func(v any) bool {
		number, ok := v.(json.Number)
		if !ok {
			return false
		}
		f, err := number.Float64()
		for _, bound := range bounds {
			if err != nil || !bound(f) {
				return false
			}
		}
		return true
	}), nil
}

// elements makes a test of leaves: of the value, or of any element if the value is a list.
func elements(holds func(v any) bool) test {
	return func(value any, present bool) bool {
		if list, ok := value.([]any); ok {
			for _, v := range list {
				if leaf(v) && holds(v) {
					return true
				}
			}
			return false
		}
		return present && leaf(value) && holds(value)
	}
}

func leaf(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return false
	}
	return true
}

// parseBodyFilter reads patterns for a queue, which may name body alone.
// ("Using event filtering with an Amazon SQS event source", lambda/latest/dg/with-sqs-filtering.html)
func parseBodyFilter(patterns []string) (Filter, error) {
	for _, text := range patterns {
		var keys map[string]json.RawMessage
		if err := json.Unmarshal([]byte(text), &keys); err != nil {
			return Filter{}, fmt.Errorf("filter %s: %w", text, err)
		}
		for key := range keys {
			if key != "body" {
				return Filter{}, fmt.Errorf("filter %s: %s: a queue's filter is over body alone", text, key)
			}
		}
	}
	return ParseFilter(patterns)
}

// bodyRecord is what a queue's filter looks at: the body as JSON if it is an object, else as text.
// A pattern of the other kind matches nothing, and the message is dropped.
func bodyRecord(body string) any {
	if value, err := decode([]byte(body)); err == nil {
		if object, ok := value.(map[string]any); ok {
			return map[string]any{"body": object}
		}
	}
	return map[string]any{"body": body}
}
