package template

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// read turns YAML (of which JSON is a part) into maps, lists and scalars. CloudFormation's tags take their long form:
// !Ref X is {"Ref": "X"}, !GetAtt A.B is {"Fn::GetAtt": ["A", "B"]}, any other !Name is {"Fn::Name": …}.
func read(text []byte) (map[string]any, error) {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, err
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return nil, fmt.Errorf("the template is empty")
	}
	r := reader{anchors: map[string]any{}}
	value, err := r.value(file.Docs[0].Body)
	if err != nil {
		return nil, err
	}
	root, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("the template is not a map")
	}
	return root, nil
}

type reader struct{ anchors map[string]any }

func (r reader) value(node ast.Node) (any, error) {
	switch n := node.(type) {
	case nil, *ast.NullNode:
		return nil, nil
	case *ast.StringNode:
		return n.Value, nil
	case *ast.LiteralNode:
		return n.Value.Value, nil
	case *ast.BoolNode:
		return n.Value, nil
	case *ast.IntegerNode:
		return n.Value, nil
	case *ast.FloatNode:
		return n.Value, nil
	case *ast.MappingNode:
		return r.mapping(n.Values)
	case *ast.MappingValueNode:
		return r.mapping([]*ast.MappingValueNode{n})
	case *ast.SequenceNode:
		list := make([]any, 0, len(n.Values))
		for _, item := range n.Values {
			v, err := r.value(item)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case *ast.TagNode:
		return r.tag(n)
	case *ast.AnchorNode:
		v, err := r.value(n.Value)
		r.anchors[n.Name.String()] = v
		return v, err
	case *ast.AliasNode:
		v, ok := r.anchors[n.Value.String()]
		if !ok {
			return nil, fmt.Errorf("line %d: no anchor &%s before this alias", n.GetToken().Position.Line, n.Value)
		}
		return v, nil
	}
	return nil, fmt.Errorf("line %d: %s is not understood", node.GetToken().Position.Line, node.Type())
}

func (r reader) mapping(pairs []*ast.MappingValueNode) (any, error) {
	m := make(map[string]any, len(pairs))
	for _, pair := range pairs {
		key, err := r.key(pair)
		if err != nil {
			return nil, err
		}
		if m[key], err = r.value(pair.Value); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (r reader) key(pair *ast.MappingValueNode) (string, error) {
	if s, ok := pair.Key.(*ast.StringNode); ok {
		return s.Value, nil
	}
	if _, merge := pair.Key.(*ast.MergeKeyNode); merge {
		return "", fmt.Errorf("line %d: the merge key << is not understood by CloudFormation", pair.GetToken().Position.Line)
	}
	return pair.Key.GetToken().Value, nil // a number or a truth value as a key is its text
}

func (r reader) tag(n *ast.TagNode) (any, error) {
	value, err := r.value(n.Value)
	if err != nil {
		return nil, err
	}
	name := strings.TrimPrefix(n.Start.Value, "!")
	switch name {
	case "Ref", "Condition":
		return map[string]any{name: value}, nil
	case "GetAtt":
		if s, ok := value.(string); ok {
			resource, attribute, _ := strings.Cut(s, ".")
			value = []any{resource, attribute}
		}
	}
	return map[string]any{"Fn::" + name: value}, nil
}
