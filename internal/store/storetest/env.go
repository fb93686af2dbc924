// Package storetest sets up the tables on the server that DYNAMODB_ENDPOINT
// names, and meters what each operation costs. The tables are made once per
// process: on DynamoDB Local a table with a stream that is made late makes every
// write slow.
package storetest

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"guanxi/internal/crm"
	"guanxi/internal/seal"
	"guanxi/internal/store"
)

// Env is a store with empty tables of its own, shared by the tests of one
// process: each test makes its own customers and orders in it.
type Env struct {
	DB    store.DB
	Meter *Meter
	Keys  *seal.Keys
	Zone  *time.Location

	Customers, Facts, Operations, Settings, Audit, Figures string
}

var shared = sync.OnceValues(open)

// Open gives the tables. Without a server the test fails, and says how to get one.
func Open(t testing.TB) *Env {
	t.Helper()
	env, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return env
}

// Context is the context of an event at the given time; without a subject, so
// as of a machine.
func Context(at time.Time) context.Context {
	return crm.WithEvent(context.Background(), crm.Event{At: at, Trace: "test"})
}

func open() (*Env, error) {
	endpoint := os.Getenv("DYNAMODB_ENDPOINT")
	if endpoint == "" {
		return nil, fmt.Errorf("no DYNAMODB_ENDPOINT: run these tests with `go run ./infra/servers go test ./internal/store/...`, or `make test`")
	}
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		return nil, err
	}
	cfg := aws.Config{Region: "local", BaseEndpoint: &endpoint, Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
	})}
	prefix := rand.Text()[:8] + "-"
	env := &Env{Meter: &Meter{}, Zone: zone, Customers: prefix + "customers", Facts: prefix + "facts",
		Operations: prefix + "operations", Settings: prefix + "settings", Audit: prefix + "audit", Figures: prefix + "figures"}
	client := dynamodb.NewFromConfig(cfg)
	for name, indexes := range map[string][]string{env.Customers: {"open", "cards", "owners", "names"}, env.Facts: {"days"},
		env.Operations: nil, env.Settings: nil, env.Audit: nil, env.Figures: nil} {
		if err := create(client, name, indexes...); err != nil {
			return nil, err
		}
	}
	env.DB = store.Open(cfg, env.Meter.Option)
	master, err := newMaster()
	if err != nil {
		return nil, err
	}
	wrapped := store.NewWrappedKeys(env.DB, env.Settings, master)
	env.Keys = seal.NewKeys(wrapped, master)
	return env, wrapped.MakeKeys(context.Background())
}

// create makes a table as template.yaml has it; infra/check holds the two
// against each other.
func create(client *dynamodb.Client, name string, indexes ...string) error {
	text := types.ScalarAttributeTypeS
	in := &dynamodb.CreateTableInput{TableName: &name, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("PK"), AttributeType: text}, {AttributeName: aws.String("SK"), AttributeType: text}},
		KeySchema:            keySchema("PK", "SK")}
	for _, index := range indexes {
		pk, sk := index+"_pk", index+"_sk"
		in.AttributeDefinitions = append(in.AttributeDefinitions,
			types.AttributeDefinition{AttributeName: &pk, AttributeType: text}, types.AttributeDefinition{AttributeName: &sk, AttributeType: text})
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{IndexName: aws.String(index), KeySchema: keySchema(pk, sk),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll}})
	}
	_, err := client.CreateTable(context.Background(), in)
	return err
}

func keySchema(hash, sort string) []types.KeySchemaElement {
	return []types.KeySchemaElement{{AttributeName: &hash, KeyType: types.KeyTypeHash}, {AttributeName: &sort, KeyType: types.KeyTypeRange}}
}

// master stands for KMS: an AES key that binds the encryption context.
type master struct{ aead cipher.AEAD }

func newMaster() (master, error) {
	key := make([]byte, 32)
	rand.Read(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		return master{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return master{aead}, err
}

func (m master) Encrypt(_ context.Context, clear []byte, with map[string]string) ([]byte, error) {
	return m.aead.Seal(nil, nil, clear, []byte(fmt.Sprint(with))), nil
}

func (m master) Decrypt(_ context.Context, wrapped []byte, with map[string]string) ([]byte, error) {
	return m.aead.Open(nil, nil, wrapped, []byte(fmt.Sprint(with)))
}
