package template

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Errors are all the things in a template that the local cloud can't do, each with its path.
type Errors []string

func (e Errors) Error() string { return strings.Join(e, "\n") }

// Load reads the template file with the given parameters. The error is Errors when the template is readable but says
// something that can't be done here.
func Load(file string, place Place, parameters map[string]string) (*Template, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	root, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return nil, err
	}
	t, err := Parse(text, place, parameters)
	if err != nil {
		return nil, fmt.Errorf("%s:\n%w", file, err)
	}
	t.Root = root
	return t, nil
}

// Parse is Load without the file; Root stays empty.
func Parse(text []byte, place Place, parameters map[string]string) (*Template, error) {
	tree, err := read(text)
	if err != nil {
		return nil, err
	}
	b := &builder{globals: section(tree, "Globals"), out: &Template{}}
	for _, name := range sorted(tree) {
		if !sections[name] {
			b.report(name, "is not served by the local cloud")
		}
	}
	b.scope = scope{
		place:      place,
		parameters: map[string]string{},
		declared:   map[string]bool{},
		conditions: section(tree, "Conditions"),
		resources:  map[string]map[string]any{},
	}
	b.bind(section(tree, "Parameters"), parameters)
	b.gather(section(tree, "Resources"))
	b.build()
	if len(b.errs) > 0 {
		return nil, b.errs
	}
	return b.out, nil
}

type builder struct {
	scope   scope
	globals map[string]any
	errs    Errors
	out     *Template
}

func (b *builder) report(path, problem string) {
	b.errs = append(b.errs, path+": "+problem)
}

func section(tree map[string]any, name string) map[string]any {
	m, _ := tree[name].(map[string]any)
	return m
}

// bind gives parameters their values. One that has none is an error only where it's used.
func (b *builder) bind(declared map[string]any, given map[string]string) {
	for _, name := range sorted(declared) {
		b.scope.declared[name] = true
		about := section(declared, name)
		value, ok := given[name]
		if def, has := about["Default"]; !ok && has {
			value, ok = fmt.Sprint(def), true
		}
		if !ok {
			continue
		}
		allowed, _ := about["AllowedValues"].([]any)
		if len(allowed) > 0 && !slices.ContainsFunc(allowed, func(a any) bool { return fmt.Sprint(a) == value }) {
			b.report("Parameters."+name, fmt.Sprintf("%q is not one of its AllowedValues", value))
		}
		b.scope.parameters[name] = value
	}
	for _, name := range sorted(given) {
		if !b.scope.declared[name] {
			b.report("Parameters."+name, "was given a value but the template has no such parameter")
		}
	}
}

// gather collects the resources that exist under the conditions.
func (b *builder) gather(resources map[string]any) {
	for _, id := range sorted(resources) {
		path := "Resources." + id
		resource := section(resources, id)
		for _, name := range sorted(resource) {
			if !attributes[name] {
				b.report(path+"."+name, "is not served by the local cloud")
			}
		}
		if name, ok := resource["Condition"]; ok {
			holds, err := b.scope.condition(fmt.Sprint(name))
			if err != nil {
				b.report(path+".Condition", err.Error())
			}
			if !holds {
				continue
			}
		}
		b.scope.resources[id] = resource
	}
}

func (b *builder) build() {
	for _, id := range sorted(b.scope.resources) {
		resource := b.scope.resources[id]
		kind := fmt.Sprint(resource["Type"])
		if passedTypes[kind] {
			continue
		}
		if _, ok := supported[kind]; !ok {
			b.report("Resources."+id+".Type", kind+" is not served by the local cloud")
			continue
		}
		switch kind {
		case typeTable:
			table := Table{LogicalID: id}
			b.decode(id, kind, &table)
			table.TableName, table.ARN = b.must(id, "Ref"), b.must(id, "Arn")
			b.out.Tables = append(b.out.Tables, table)
		case typeQueue:
			queue := Queue{LogicalID: id}
			b.decode(id, kind, &queue)
			queue.QueueName, queue.ARN, queue.URL = b.must(id, "QueueName"), b.must(id, "Arn"), b.must(id, "QueueUrl")
			b.out.Queues = append(b.out.Queues, queue)
		case typeKey:
			b.decode(id, kind, &struct{}{})
			b.out.Keys = append(b.out.Keys, Key{LogicalID: id, ID: b.must(id, "KeyId"), ARN: b.must(id, "Arn")})
		case typeRole:
			b.role(id)
		case typeAPI:
			b.api(id)
		}
	}
	for _, id := range sorted(b.scope.resources) { // after the roles and the API that these name
		switch b.scope.resources[id]["Type"] {
		case typePolicy:
			b.policy(id)
		case typeFunction:
			b.function(id)
		}
	}
}

// decode picks what is honoured of a resource and fills the struct with it.
func (b *builder) decode(id, kind string, into any) {
	b.fill("Resources."+id+".Properties", supported[kind], b.properties(id), into)
}

// properties are the resource's own, over the Globals.
func (b *builder) properties(id string) map[string]any {
	resource := b.scope.resources[id]
	global, serverless := strings.CutPrefix(fmt.Sprint(resource["Type"]), "AWS::Serverless::")
	if !serverless {
		global = ""
	}
	return merge(section(b.globals, global), section(resource, "Properties"))
}

// fill decodes property by property, so that a wrong value is reported under its name.
func (b *builder) fill(path string, known properties, given map[string]any, into any) map[string]any {
	picked, _ := known.pick(&b.scope, path, given, b.report).(map[string]any)
	for _, name := range sorted(picked) {
		text, err := json.Marshal(map[string]any{name: picked[name]})
		if err == nil {
			err = json.Unmarshal(text, into)
		}
		if err != nil {
			b.report(path+"."+name, err.Error())
		}
	}
	return picked
}

// must is an attribute of a resource that is known to have it; a failure was reported by decode already, or is now.
func (b *builder) must(id, attribute string) string {
	var value any
	var err error
	if attribute == "Ref" {
		value, err = b.scope.reference(id)
	} else {
		value, err = b.scope.attribute(id, attribute)
	}
	if err != nil {
		b.report("Resources."+id, err.Error())
	}
	return fmt.Sprint(value)
}

// merge lays a resource's properties over the Globals as SAM does: maps are merged, lists are joined, anything else is
// replaced.
func merge(global, own map[string]any) map[string]any {
	merged := make(map[string]any, len(global)+len(own))
	maps.Copy(merged, global)
	for name, value := range own {
		under, ok := merged[name]
		if !ok {
			merged[name] = value
			continue
		}
		underMap, aMap := under.(map[string]any)
		valueMap, bMap := value.(map[string]any)
		underList, aList := under.([]any)
		valueList, bList := value.([]any)
		_, _, aCall := intrinsic(under)
		_, _, bCall := intrinsic(value)
		switch {
		case aMap && bMap && !aCall && !bCall:
			merged[name] = merge(underMap, valueMap)
		case aList && bList:
			merged[name] = append(slices.Clone(underList), valueList...)
		default:
			merged[name] = value
		}
	}
	return merged
}
