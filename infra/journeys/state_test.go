package journeys_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"guanxi/infra/local/backing"
)

func (j *journey) context() context.Context { return context.Background() }

// count counts the items of every table.
func count(j *journey, _ args) (err error) {
	j.counts, err = j.items()
	return err
}

// expectNothingWritten holds all tables, but for one, against what they had when last counted.
func expectNothingWritten(j *journey, a args) error {
	if j.counts == nil {
		return errors.New("count before")
	}
	now, err := j.items()
	if err != nil {
		return err
	}
	if table, ok := a["but"]; ok {
		now[table] = j.counts[table]
	}
	return same("items by table", fmt.Sprint(now), fmt.Sprint(j.counts))
}

// items counts what the tables have once all that is under way is done.
func (j *journey) items() (map[string]int, error) {
	s, err := j.running()
	if err != nil {
		return nil, err
	}
	if err := settle(j, nil); err != nil {
		return nil, err
	}
	client := s.database()
	counts := map[string]int{}
	tables := dynamodb.NewListTablesPaginator(client, &dynamodb.ListTablesInput{})
	for tables.HasMorePages() {
		page, err := tables.NextPage(j.context())
		if err != nil {
			return nil, err
		}
		for _, name := range page.TableNames {
			short, ours := strings.CutPrefix(name, s.stack+"-")
			if !ours {
				continue
			}
			scan := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: aws.String(name), Select: types.SelectCount, ConsistentRead: aws.Bool(true)})
			for scan.HasMorePages() {
				page, err := scan.NextPage(j.context())
				if err != nil {
					return nil, err
				}
				counts[short] += int(page.Count)
			}
		}
	}
	return counts, nil
}

// database is the server itself, without a function's role in between.
func (s *system) database() *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{Region: backing.Region, BaseEndpoint: &s.dynamodb, Credentials: credentials.NewStaticCredentialsProvider("local", "local", "")})
}

// writeItem puts an item that has nothing but its key, as a version of the program might that is newer than this one.
func writeItem(j *journey, a args) error {
	s, err := j.running()
	if err != nil {
		return err
	}
	pk, err := j.withIDs(a["pk"])
	if err != nil {
		return err
	}
	_, err = s.database().PutItem(j.context(), &dynamodb.PutItemInput{
		TableName: aws.String(s.stack + "-" + a["table"]),
		Item:      map[string]types.AttributeValue{"PK": &types.AttributeValueMemberS{Value: pk}, "SK": &types.AttributeValueMemberS{Value: a["sk"]}},
	})
	return err
}

// tamper changes a class of the decision that stands, behind everybody's back.
func tamper(j *journey, a args) error {
	s, err := j.running()
	if err != nil {
		return err
	}
	id, err := j.customer(a["email"])
	if err != nil {
		return err
	}
	_, err = s.database().UpdateItem(j.context(), &dynamodb.UpdateItemInput{
		TableName:                 aws.String(s.stack + "-Customers"),
		Key:                       map[string]types.AttributeValue{"PK": &types.AttributeValueMemberS{Value: "C#" + id}, "SK": &types.AttributeValueMemberS{Value: "DECISION"}},
		ConditionExpression:       aws.String("attribute_exists(classes.#class)"),
		UpdateExpression:          aws.String("SET classes.#class = :value"),
		ExpressionAttributeNames:  map[string]string{"#class": a["class"]},
		ExpressionAttributeValues: map[string]types.AttributeValue{":value": &types.AttributeValueMemberS{Value: a["value"]}},
	})
	return err
}

// describe writes all that the API tells about customers into a file of the script, without ids of ours, the times at
// which things were recorded, and what set a decision off.
func describe(j *journey, a args) error {
	var all []object
	for email := range strings.FieldsSeq(a["emails"]) {
		id, err := j.customer(email)
		if err != nil {
			return err
		}
		said := object{}
		for name, path := range map[string]string{
			"profile": "", "decision": "/tier", "churn": "/churn", "orders": "/orders?limit=100", "interactions": "/interactions?limit=100",
		} {
			var part any
			if err := j.read("/v1/customers/"+id+path, &part); err != nil {
				return err
			}
			said[name] = part
		}
		if err := j.refunds(said["orders"]); err != nil {
			return err
		}
		forget(said)
		all = append(all, said)
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(j.ts.MkAbs(a["file"]), append(text, '\n'), 0o644)
}

// refunds adds to each order of a list what reading it alone tells.
func (j *journey) refunds(list any) error {
	items, _ := list.(object)["items"].([]any)
	for i, item := range items {
		order, _ := item.(object)
		if err := j.read("/v1/orders/"+url.PathEscape(fmt.Sprint(order["id"])), &items[i]); err != nil {
			return err
		}
	}
	return nil
}

// recorded are the members that differ between two systems that know the same.
func recorded() []string {
	return []string{"customer", "created_at", "updated_at", "opened_at", "escalate_at", "trace", "cause", "on"}
}

// forget removes them, and ids that we made.
func forget(value any) {
	switch v := value.(type) {
	case object:
		for name, member := range v {
			if id, ok := member.(string); slices.Contains(recorded(), name) || name == "id" && ok && strings.Contains(id, "_") {
				delete(v, name)
				continue
			}
			forget(member)
		}
	case []any:
		for _, member := range v {
			forget(member)
		}
	}
}
