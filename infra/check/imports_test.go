package check

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// importPolicy says who may import whom. The first row that names a package decides; what a
// row does not name is refused, siblings too. Names without a top folder stand under
// internal/, X/* is each package right under X, X/** each at any depth, "earlier" is what the
// same row names before. Of the standard library, what touches the world (guarded) must be
// named like anything from outside. Tests follow the row and may use testers besides, and what
// the row marks with (test).
const importPolicy = `
let env      = github.com/caarlos0/env
let huma     = github.com/danielgtaylor/huma/v2
let lambda   = github.com/aws/aws-lambda-go
let sdk      = github.com/aws/aws-sdk-go-v2/aws github.com/aws/smithy-go
let dynamodb = github.com/aws/aws-sdk-go-v2/service/dynamodb github.com/aws/aws-sdk-go-v2/feature/dynamodb
let kms      = github.com/aws/aws-sdk-go-v2/service/kms
let sqs      = github.com/aws/aws-sdk-go-v2/service/sqs
let phones   = github.com/nyaruka/phonenumbers
let standard = github.com/standard-webhooks/standard-webhooks
let tink     = github.com/tink-crypto/tink-go/v2
let qrcode   = rsc.io/qr
let gonum    = gonum.org/v1/gonum
let cel      = cel.dev/cel-go
let guarded  = os net net/http log log/slog math/rand math/rand/v2 database/sql
let testers  = store/storetest identity/identitytest pgregory.net/rapid github.com/google/go-cmp github.com/rogpeppe/go-internal os net/http math/rand math/rand/v2 log/slog

row | who                              | of ours                           | from outside        | because
1   | docs crm                         | -                                 | -                   | words, known to all
2   | history decision event           | row-1 earlier                     | -                   | folds, records and messages are values
23  | clv                              | row-1 row-2                       | gonum               | the purchase model: its start-up time can't be measured
3   | task level rfm tier churn        | row-1 row-2 row-23 earlier        | -                   | rules are functions of values
    | customer webhook/intake insight stage |                                   |                     |
    | standing card overview figure    |                                   |                     | standing composes the rules into the one decision
    | survey whatif segment            |                                   |                     |
24  | condition                        | row-1 row-2 row-3                 | cel                 | 3 ms at start and 8 MB: only who decides and who saves segments may link it
4   | identity identity/identitytest   | crm customer earlier              | phones              | 12 ms at start: only customers, sign-up and webhooks may link it
5   | telemetry                        | -                                 | log/slog            | what leaves as a log line leaves here
6   | seal                             | crm                               | sdk kms tink        | what is secret is sealed here
7   | routing review sweep warning invite tally rehearse | row-1 row-2 row-3 telemetry earlier | log/slog            | what a woken function does, over ports of its own
25  | enrol                            | row-1 row-2 row-3 condition telemetry | -               | asks the conditions before a decision is written
8   | store                            | row-1 row-2 row-3 seal identity(test) tally(test) invite(test) enrol(test) rehearse(test) review(test) webhook(test) webhook/shopify(test) | sdk dynamodb        | the only room with DynamoDB
    | store/storetest                  | earlier                           | os                  | whose server DYNAMODB_ENDPOINT names
9   | queue                            | crm event                         | sdk sqs             | the only room with SQS
10  | lambdaio                         | crm event telemetry               | lambda log/slog net/http | the only room with Lambda
11  | boot                             | telemetry                         | sdk env os log/slog sqs(test) | the only room with os
12  | api                              | crm                               | huma log/slog net/http | the one error mapping, the one role table
13  | page                             | crm                               | net/http            | HTML for people without an app
    | api/*                            | row-1 row-2 row-3 row-23 api qr page condition | huma net/http       | leaves: a function pays for its own
14  | webhook                          | crm customer telemetry webhook/intake history(test) identity(test) webhook/*(test) | log/slog net/http | the way of a delivery, whatever shop sent it
15  | webhook/*                        | crm customer webhook/intake webhook | standard net/http | main plugs platforms in; they don't know each other
16  | functions/*                      | docs internal/**                  | -                   | main and its config struct, no SDK
17  | infra/local/**                   | infra/local/**                    | any                 | knows AWS, not the CRM
18  | infra/purchases infra/client infra/servers infra/replay infra/verify infra/journeys infra/fuzz | infra/local/** earlier            | any                 | clients of the local cloud and its servers
19  | learning                         | row-1 row-2 row-3 row-23          | -                   | fits the purchase model to the base
20  | infra/simulated infra/backtest infra/benchfit | row-1 row-2 clv infra/purchases earlier | any       | an analyst's tools, beside the system
22  | qr                               | crm                               | qrcode              | draws links: for who shows them
21  | infra/check                      | any                               | any                 | holds both sides together; tests only
`

func TestImportsFollowThePolicy(t *testing.T) {
	policy, err := parseImportPolicy(importPolicy)
	if err != nil {
		t.Fatal(err)
	}
	packages, err := listPackages()
	if err != nil {
		t.Fatal(err)
	}
	for _, breach := range policy.judge(packages) {
		t.Error(breach)
	}
}

// The judge itself, on small policies: what must be refused is.
func TestTheJudgeOfImports(t *testing.T) {
	const text = `
let lib     = example.com/lib
let guarded = os net/http
let testers = os example.com/rapid

row | who  | of ours | from outside | because
1   | a b  | earlier | lib          | -
2   | c/*  | row-1   | -            | -
`
	policy, err := parseImportPolicy(text)
	if err != nil {
		t.Fatal(err)
	}
	whole := []goPackage{{path: "internal/a"}, {path: "internal/b"}, {path: "internal/c/d"}}
	for name, c := range map[string]struct {
		extra    goPackage
		breaches int
	}{
		"nothing":                 {goPackage{path: "internal/c/e"}, 0},
		"earlier in the row":      {goPackage{path: "internal/b", imports: []string{module + "internal/a"}}, 0},
		"later in the row":        {goPackage{path: "internal/a", imports: []string{module + "internal/b"}}, 1},
		"a row above":             {goPackage{path: "internal/c/e", imports: []string{module + "internal/b"}}, 0},
		"a sibling":               {goPackage{path: "internal/c/e", imports: []string{module + "internal/c/d"}}, 1},
		"library of the row":      {goPackage{path: "internal/a", imports: []string{"example.com/lib/v2/x"}}, 0},
		"its name's continuation": {goPackage{path: "internal/a", imports: []string{"example.com/library"}}, 1},
		"library of another row":  {goPackage{path: "internal/c/e", imports: []string{"example.com/lib"}}, 1},
		"harmless standard":       {goPackage{path: "internal/a", imports: []string{"strings"}}, 0},
		"guarded standard":        {goPackage{path: "internal/a", imports: []string{"net/http"}}, 1},
		"tester in a test":        {goPackage{path: "internal/a", testImports: []string{"os", "example.com/rapid"}}, 0},
		"guarded in a test":       {goPackage{path: "internal/a", testImports: []string{"net/http"}}, 1},
		"tester outside a test":   {goPackage{path: "internal/a", imports: []string{"example.com/rapid"}}, 1},
		"itself from its test":    {goPackage{path: "internal/a", testImports: []string{module + "internal/a"}}, 0},
		"in no row":               {goPackage{path: "internal/c"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			if got := policy.judge(append(slices.Clone(whole), c.extra)); len(got) != c.breaches {
				t.Errorf("got %q, want %d breaches", got, c.breaches)
			}
		})
	}
	if got := policy.judge(whole[:2]); len(got) != 1 {
		t.Errorf("a pattern without a package: got %q, want one breach", got)
	}
}

const module = "guanxi/"

type goPackage struct {
	path                 string // without the module
	imports, testImports []string
}

func listPackages() (all []goPackage, _ error) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath                         string
			Imports, TestImports, XTestImports []string
		}
		if err := decoder.Decode(&p); err == io.EOF {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		all = append(all, goPackage{
			path:        strings.TrimPrefix(p.ImportPath, module),
			imports:     p.Imports,
			testImports: slices.Concat(p.TestImports, p.XTestImports),
		})
	}
}
