package template

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Place is where a stack stands: what the pseudo parameters and the attributes of resources resolve to.
type Place struct {
	Region, Account, Stack string
	SQS                    string // base URL of the queues
}

// scope resolves intrinsic functions.
type scope struct {
	place      Place
	parameters map[string]string // those with a value
	declared   map[string]bool   // all of them
	conditions map[string]any
	resources  map[string]map[string]any
}

// noValue is what AWS::NoValue resolves to: the property is as if it weren't there.
type noValue struct{}

// intrinsic returns the function's name and argument when the node is a call of one.
func intrinsic(node any) (string, any, bool) {
	m, ok := node.(map[string]any)
	if !ok || len(m) != 1 {
		return "", nil, false
	}
	for name, arg := range m {
		if name == "Ref" || name == "Condition" || strings.HasPrefix(name, "Fn::") {
			return name, arg, true
		}
	}
	return "", nil, false
}

// resolve replaces every intrinsic function in the tree by its value.
func (s *scope) resolve(node any) (any, error) {
	if name, arg, ok := intrinsic(node); ok {
		return s.call(name, arg)
	}
	switch n := node.(type) {
	case map[string]any:
		m := make(map[string]any, len(n))
		for k, v := range n {
			r, err := s.resolve(v)
			if err != nil {
				return nil, below(k, err)
			}
			if _, none := r.(noValue); !none {
				m[k] = r
			}
		}
		return m, nil
	case []any:
		list := make([]any, 0, len(n))
		for i, v := range n {
			r, err := s.resolve(v)
			if err != nil {
				return nil, below(fmt.Sprint(i), err)
			}
			if _, none := r.(noValue); !none {
				list = append(list, r)
			}
		}
		return list, nil
	}
	return node, nil
}

// located is an error somewhere below the node that was resolved.
type located struct {
	path string // with a leading dot
	err  error
}

func (l located) Error() string { return l.path + ": " + l.err.Error() }

func below(part string, err error) error {
	if l, ok := errors.AsType[located](err); ok {
		return located{"." + part + l.path, l.err}
	}
	return located{"." + part, err}
}

// split gives the path below the resolved node and the problem there.
func split(err error) (path, problem string) {
	if l, ok := errors.AsType[located](err); ok {
		return l.path, l.err.Error()
	}
	return "", err.Error()
}

func (s *scope) call(name string, arg any) (any, error) {
	list, _ := arg.([]any)
	switch {
	case name == "Ref":
		return s.ref(fmt.Sprint(arg))
	case name == "Fn::GetAtt" && len(list) == 2:
		attribute, err := s.resolve(list[1])
		if err != nil {
			return nil, err
		}
		return s.attribute(fmt.Sprint(list[0]), fmt.Sprint(attribute))
	case name == "Fn::GetAtt":
		resource, attribute, _ := strings.Cut(fmt.Sprint(arg), ".")
		return s.attribute(resource, attribute)
	case name == "Fn::Sub":
		return s.sub(arg)
	case name == "Fn::Join" && len(list) == 2:
		return s.join(list)
	case name == "Fn::If" && len(list) == 3:
		holds, err := s.condition(fmt.Sprint(list[0]))
		if err != nil {
			return nil, err
		}
		if holds {
			return s.resolve(list[1])
		}
		return s.resolve(list[2])
	}
	return nil, fmt.Errorf("%s in this form is not served by the local cloud", name)
}

func (s *scope) ref(name string) (any, error) {
	switch name {
	case "AWS::Region":
		return s.place.Region, nil
	case "AWS::AccountId":
		return s.place.Account, nil
	case "AWS::StackName":
		return s.place.Stack, nil
	case "AWS::Partition":
		return "aws", nil
	case "AWS::URLSuffix":
		return "amazonaws.com", nil
	case "AWS::NoValue":
		return noValue{}, nil
	}
	if s.declared[name] {
		value, ok := s.parameters[name]
		if !ok {
			return nil, fmt.Errorf("parameter %s has neither a default nor a value", name)
		}
		return value, nil
	}
	return s.reference(name)
}

var placeholder = regexp.MustCompile(`\$\{[^}]*\}`)

func (s *scope) sub(arg any) (any, error) {
	own := map[string]any{}
	if list, ok := arg.([]any); ok && len(list) == 2 {
		arg = list[0]
		own, _ = list[1].(map[string]any)
	}
	text, ok := arg.(string)
	if !ok {
		return nil, fmt.Errorf("Fn::Sub needs a text")
	}
	var failed error
	out := placeholder.ReplaceAllStringFunc(text, func(match string) string {
		name := strings.TrimSpace(match[2 : len(match)-1])
		if literal, ok := strings.CutPrefix(name, "!"); ok {
			return "${" + literal + "}"
		}
		var value any
		var err error
		if v, ok := own[name]; ok {
			value, err = s.resolve(v)
		} else if resource, attribute, dotted := strings.Cut(name, "."); dotted {
			value, err = s.attribute(resource, attribute)
		} else {
			value, err = s.ref(name)
		}
		if err != nil && failed == nil {
			failed = err
		}
		return fmt.Sprint(value)
	})
	return out, failed
}

func (s *scope) join(list []any) (any, error) {
	resolved, err := s.resolve(list[1])
	if err != nil {
		return nil, err
	}
	items, ok := resolved.([]any)
	if !ok {
		return nil, fmt.Errorf("Fn::Join needs a list")
	}
	parts := make([]string, len(items))
	for i, item := range items {
		parts[i] = fmt.Sprint(item)
	}
	return strings.Join(parts, fmt.Sprint(list[0])), nil
}

// condition evaluates a condition of the template's Conditions section.
func (s *scope) condition(name string) (bool, error) {
	node, ok := s.conditions[name]
	if !ok {
		return false, fmt.Errorf("there is no condition %s", name)
	}
	return s.test(node)
}

func (s *scope) test(node any) (bool, error) {
	name, arg, _ := intrinsic(node)
	list, _ := arg.([]any)
	switch {
	case name == "Condition":
		return s.condition(fmt.Sprint(arg))
	case name == "Fn::Equals" && len(list) == 2:
		sides, err := s.resolve(list)
		if err != nil {
			return false, err
		}
		pair, _ := sides.([]any)
		return len(pair) == 2 && fmt.Sprint(pair[0]) == fmt.Sprint(pair[1]), nil
	case name == "Fn::Not" && len(list) == 1:
		holds, err := s.test(list[0])
		return !holds, err
	case name == "Fn::And", name == "Fn::Or":
		all := name == "Fn::And"
		for _, item := range list {
			if holds, err := s.test(item); err != nil || holds != all {
				return holds, err
			}
		}
		return all, nil
	}
	return false, fmt.Errorf("%v is not a condition that the local cloud understands", node)
}
