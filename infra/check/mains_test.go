package check

import (
	"bytes"
	"go/ast"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A main is read in one look: its config struct, then the wiring. It decides nothing.
func TestMainsOnlyWire(t *testing.T) {
	const longest = 60
	for _, file := range sources(t, "functions") {
		if filepath.Base(file.path) != "main.go" {
			t.Errorf("%s: a function is its main.go; the rest belongs into internal", file.path)
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, file.path))
		if err != nil {
			t.Fatal(err)
		}
		if lines := bytes.Count(text, []byte("\n")); lines > longest {
			t.Errorf("%s has %d lines, more than %d", file.path, lines, longest)
		}
		for _, declaration := range file.syntax.Decls {
			switch declaration := declaration.(type) {
			case *ast.FuncDecl:
				if declaration.Name.Name != "main" {
					t.Errorf("%s: func %s", file.at(declaration), declaration.Name.Name)
				}
			case *ast.GenDecl:
				if declaration.Tok != token.IMPORT && declaration.Tok != token.TYPE {
					t.Errorf("%s: %s", file.at(declaration), declaration.Tok)
				}
			}
		}
		ast.Inspect(file.syntax, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.IfStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt, *ast.GoStmt:
				t.Errorf("%s: a main that decides", file.at(n))
			}
			return true
		})
	}
}

// linked says which libraries that cost start-up time or size each function links: a new one
// shows in review. The empty handler links none of them.
const linked = `
about          huma
customers      huma dynamodb kms tink phones gonum
decisions      huma dynamodb kms tink gonum
figures        huma dynamodb kms tink gonum
interactions   huma dynamodb kms tink gonum
surveys        huma dynamodb kms tink gonum
responses      huma dynamodb kms tink gonum
invite         dynamodb kms tink gonum
start-invitations dynamodb kms tink sqs gonum
follow-ups     huma dynamodb kms tink gonum
orders         huma dynamodb kms tink gonum
profiles       huma dynamodb kms tink gonum
sign-up        huma dynamodb kms tink phones gonum
segments       huma dynamodb kms tink gonum cel
settings       huma dynamodb kms tink gonum
webhooks       dynamodb kms tink phones standard-webhooks gonum
recompute-tier dynamodb kms tink gonum cel
warn-churn     dynamodb kms tink gonum
fit-model      dynamodb kms tink gonum
cut-quintiles  dynamodb kms tink gonum
review-segment dynamodb kms tink sqs gonum
count-figures  dynamodb kms tink gonum
what-if        dynamodb kms tink sqs gonum
route-facts    dynamodb kms tink sqs gonum
raise-alerts   dynamodb kms tink gonum
start-count    dynamodb kms tink sqs gonum
start-review   dynamodb kms tink sqs gonum
sweep-timers   dynamodb kms tink sqs gonum
`

func TestFunctionsLinkWhatTheyNeed(t *testing.T) {
	heavy := map[string]string{
		"huma":              "github.com/danielgtaylor/huma/v2",
		"dynamodb":          "github.com/aws/aws-sdk-go-v2/service/dynamodb",
		"sqs":               "github.com/aws/aws-sdk-go-v2/service/sqs",
		"kms":               "github.com/aws/aws-sdk-go-v2/service/kms",
		"config":            "github.com/aws/aws-sdk-go-v2/config",
		"tink":              "github.com/tink-crypto/tink-go/v2/aead",
		"phones":            "github.com/nyaruka/phonenumbers",
		"standard-webhooks": "github.com/standard-webhooks/standard-webhooks/libraries/go",
		"yaml":              "github.com/goccy/go-yaml",
		"gonum":             "gonum.org/v1/gonum/optimize",
		"cel":               "cel.dev/cel-go/cel",
	}
	committed := map[string][]string{}
	for line := range strings.Lines(strings.TrimSpace(linked)) {
		fields := strings.Fields(line)
		committed[fields[0]] = fields[1:]
	}
	folders, err := filepath.Glob(root + "/functions/*")
	if err != nil {
		t.Fatal(err)
	}
	var functions []string
	for _, folder := range folders {
		name := filepath.Base(folder)
		functions = append(functions, name)
		cmd := exec.Command("go", "list", "-deps", "./functions/"+name)
		cmd.Dir = root
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("go list -deps ./functions/%s: %v", name, err)
		}
		dependencies := strings.Fields(string(out))
		for library, path := range heavy {
			links, may := slices.Contains(dependencies, path), slices.Contains(committed[name], library)
			if links && !may {
				t.Errorf("%s links %s now; is it worth its start-up time?", name, library)
			}
			if may && !links {
				t.Errorf("%s no longer links %s: strike it from the list", name, library)
			}
		}
	}
	if !slices.Equal(functions, keysOf(committed)) {
		t.Errorf("functions %v\nlisted    %v", functions, keysOf(committed))
	}
}
