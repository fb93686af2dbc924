package check

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"guanxi/docs"
)

// Routes and operations are one list: a route without an operation would wake a function to
// answer 404, an operation without a route could not be reached.
func TestRoutesAreTheOperations(t *testing.T) {
	c := translatedCloud(t)
	var document struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Security    []map[string][]string
		}
	}
	if err := json.Unmarshal(docs.OpenAPI(), &document); err != nil {
		t.Fatal(err)
	}
	body := c[c.of(t, "AWS::ApiGatewayV2::Api")[0]].at("Body", "paths").(map[string]any)
	same(t, "routes beside the operations' paths", keysOf(body), keysOf(document.Paths))
	for path, operations := range document.Paths {
		for method, operation := range operations {
			route := at(body, path, "x-amazon-apigateway-any-method")
			if exact := at(body, path, method); exact != nil {
				route = exact
			}
			if route == nil {
				t.Errorf("%s: %s %s is not routed", operation.OperationID, method, path)
				continue
			}
			open := at(list(at(route, "security"))[0], "NONE") != nil
			if public := len(operation.Security) == 0; open != public {
				t.Errorf("%s: the operation is public: %v, its route asks for no token: %v", operation.OperationID, public, open)
			}
		}
	}
}

// Paths are routed as ANY, so that a wrong method gets 405 with Allow from the function; only
// what about serves names its methods.
func TestEveryPathIsRoutedToOneFunction(t *testing.T) {
	c := translatedCloud(t)
	for path, item := range c[c.of(t, "AWS::ApiGatewayV2::Api")[0]].at("Body", "paths").(map[string]any) {
		routes := item.(map[string]any)
		if len(routes) != 1 {
			t.Errorf("%s has %d routes", path, len(routes))
		}
		for method, route := range routes {
			function := one(t, path, at(route, "x-amazon-apigateway-integration", "uri"))
			if method != "x-amazon-apigateway-any-method" && function != "About" {
				t.Errorf("%s: %s only", path, method)
			}
			if at(route, "x-amazon-apigateway-integration", "payloadFormatVersion") != "2.0" {
				t.Errorf("%s: not payload 2.0", path)
			}
		}
	}
}

// Each folder of functions is a function of the template, built in one way.
func TestEveryFolderIsAFunction(t *testing.T) {
	c := translatedCloud(t)
	folders, err := filepath.Glob(root + "/functions/*")
	if err != nil {
		t.Fatal(err)
	}
	var code, template []string
	for _, folder := range folders {
		code = append(code, "functions/"+filepath.Base(folder))
	}
	for _, id := range c.functions(t) {
		f := c[id]
		template = append(template, f.Metadata.CodeFolder)
		if f.at("Runtime") != "provided.al2023" || !slices.Equal(texts(f.at("Architectures")), []string{"arm64"}) || f.at("Handler") != "bootstrap" {
			t.Errorf("%s is not a bootstrap on arm64", id)
		}
	}
	slices.Sort(template)
	if unique := slices.Compact(slices.Clone(template)); len(unique) != len(template) {
		t.Errorf("two functions are built from one folder: %v", template)
	}
	same(t, "functions", template, code)
}

// What the template puts into a function's environment is what its config struct asks for, and
// each name says which resource or parameter it is.
func TestEnvironmentIsTheConfig(t *testing.T) {
	c := translatedCloud(t)
	everywhere := environmentRead(t, root+"/internal/boot")
	for _, id := range c.functions(t) {
		variables, _ := c[id].at("Environment", "Variables").(map[string]any)
		asked := append(configOf(t, filepath.Join(root, c[id].Metadata.CodeFolder, "main.go")), everywhere...)
		same(t, "environment of "+id, keysOf(variables), asked)
		for variable, value := range variables {
			for _, name := range names(value) {
				if want := variableFor(c, name); want != variable {
					t.Errorf("%s: %s names %s, whose variable is %s", id, variable, name, want)
				}
			}
		}
	}
}

var wordStart = regexp.MustCompile(`([a-z])([A-Z])`)

// variableFor is FACTS_TABLE for the table Facts, WARN_QUEUE_URL for WarnQueue, TIME_ZONE for
// the parameter TimeZone.
func variableFor(c cloud, id string) string {
	suffix := map[string]string{"AWS::DynamoDB::Table": "_TABLE", "AWS::SQS::Queue": "_URL", "AWS::KMS::Key": "_ARN"}
	return strings.ToUpper(wordStart.ReplaceAllString(id, "${1}_${2}")) + suffix[c[id].Type]
}

// configOf returns the names in the env tags of a main's structs.
func configOf(t *testing.T, file string) (variables []string) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if field, ok := n.(*ast.Field); ok && field.Tag != nil {
			tag, err := strconv.Unquote(field.Tag.Value)
			if err != nil {
				t.Fatal(err)
			}
			if name, _, _ := strings.Cut(reflect.StructTag(tag).Get("env"), ","); name != "" {
				variables = append(variables, name)
			}
		}
		return true
	})
	return variables
}

// environmentRead returns what a package reads by os.Getenv, but for what Lambda itself sets.
func environmentRead(t *testing.T, folder string) (variables []string) {
	t.Helper()
	files, err := filepath.Glob(folder + "/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no Go files in %s: %v", folder, err)
	}
	getenv := regexp.MustCompile(`os\.(?:Getenv|LookupEnv)\("([A-Z_]+)"\)`)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range getenv.FindAllSubmatch(text, -1) {
			if name := string(match[1]); !strings.HasPrefix(name, "AWS_") {
				variables = append(variables, name)
			}
		}
	}
	return variables
}
