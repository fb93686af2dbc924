package check

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// cloud is template.yaml as CloudFormation will see it: translated by SAM, intrinsics left.
type cloud map[string]resource

type resource struct {
	Type                string
	Metadata            struct{ CodeFolder string }
	DeletionPolicy      string
	UpdateReplacePolicy string
	Condition           string
	Properties          map[string]any
}

// The files are opened here, not by Python, so that go test knows when a cached result is stale.
var translated = sync.OnceValues(func() (cloud, error) {
	python, translator := filepath.Join(root, ".local/venv/bin/python"), filepath.Join(root, "infra/sam/translate.py")
	if _, err := os.Stat(python); err != nil {
		return nil, errors.New("the SAM translator is not installed: run make .local/venv/ready")
	}
	program, err := os.ReadFile(translator)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(filepath.Join(root, "template.yaml"))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	cmd := exec.Command(python, "-c", string(program))
	cmd.Stdin = file
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil, fmt.Errorf("translate template.yaml: %w\n%s", err, exit.Stderr)
	} else if err != nil {
		return nil, fmt.Errorf("translate template.yaml: %w", err)
	}
	var template struct{ Resources cloud }
	if err := json.Unmarshal(out, &template); err != nil {
		return nil, fmt.Errorf("read the translated template: %w", err)
	}
	return template.Resources, nil
})

func translatedCloud(t *testing.T) cloud {
	t.Helper()
	c, err := translated()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// of returns the logical ids of a type, sorted; a type without any fails the test, since a
// loop over nothing proves nothing.
func (c cloud) of(t *testing.T, kind string) []string {
	t.Helper()
	var ids []string
	for id, r := range c {
		if r.Type == kind {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		t.Fatalf("the template has no %s", kind)
	}
	slices.Sort(ids)
	return ids
}

func (c cloud) functions(t *testing.T) []string { t.Helper(); return c.of(t, "AWS::Lambda::Function") }

// at follows keys into nested objects; nil where there is nothing.
func (r resource) at(keys ...string) any { return at(r.Properties, keys...) }

func at(value any, keys ...string) any {
	for _, key := range keys {
		object, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = object[key]
	}
	return value
}

// number is the property's value; 0 where there is none.
func (r resource) number(keys ...string) float64 {
	n, _ := r.at(keys...).(float64)
	return n
}

var substitution = regexp.MustCompile(`\$\{([A-Za-z0-9]+)(?:\.[A-Za-z]+)?\}`)

// names returns the logical ids that an intrinsic function names: Ref, Fn::GetAtt, Fn::Sub.
func names(value any) []string {
	if id, ok := at(value, "Ref").(string); ok {
		return []string{id}
	}
	if parts, ok := at(value, "Fn::GetAtt").([]any); ok {
		return []string{fmt.Sprint(parts[0])}
	}
	var ids []string
	if text, ok := at(value, "Fn::Sub").(string); ok {
		for _, match := range substitution.FindAllStringSubmatch(text, -1) {
			ids = append(ids, match[1])
		}
	}
	return ids
}

// one is the single logical id that the value names.
func one(t *testing.T, what string, value any) string {
	t.Helper()
	ids := names(value)
	if len(ids) != 1 {
		t.Fatalf("%s names %v, want one resource", what, ids)
	}
	return ids[0]
}

// list takes CloudFormation's "one or many" for what it is.
func list(value any) []any {
	switch value := value.(type) {
	case nil:
		return nil
	case []any:
		return value
	default:
		return []any{value}
	}
}

func texts(value any) (all []string) {
	for _, v := range list(value) {
		all = append(all, fmt.Sprint(v))
	}
	return all
}

// same compares two sets and says what is only here and only there.
func same(t *testing.T, what string, template, code []string) {
	t.Helper()
	has := func(set []string) func(string) bool { return func(s string) bool { return slices.Contains(set, s) } }
	if only := slices.DeleteFunc(slices.Clone(template), has(code)); len(only) > 0 {
		t.Errorf("%s: only in the template: %s", what, strings.Join(only, ", "))
	}
	if only := slices.DeleteFunc(slices.Clone(code), has(template)); len(only) > 0 {
		t.Errorf("%s: missing in the template: %s", what, strings.Join(only, ", "))
	}
}

func keysOf[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
