package seal

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// The class travels to KMS as the encryption context, and the key is named on
// both ways.
func TestKMSIsToldTheClass(t *testing.T) {
	var told []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		var in struct {
			KeyId                     string
			Plaintext, CiphertextBlob string
			EncryptionContext         map[string]string
		}
		if err := json.Unmarshal(body, &in); err != nil {
			t.Error(err)
		}
		_, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		told = append(told, op+" "+in.KeyId+" "+in.EncryptionContext["guanxi:class"])
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		json.NewEncoder(w).Encode(map[string]string{"Plaintext": in.CiphertextBlob, "CiphertextBlob": in.Plaintext})
	}))
	defer server.Close()
	kms := NewKMS(aws.Config{Region: "local", BaseEndpoint: &server.URL, Credentials: aws.CredentialsProviderFunc(staticCredentials)}, "arn:key")
	wrapped, err := NewWrapped(t.Context(), kms, Amount)
	if err != nil {
		t.Fatal(err)
	}
	keys := NewKeys(shelf{Amount: wrapped}, kms)
	if _, err := keys.Seal(t.Context(), Amount, []byte("x"), nil); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(told, ", "); got != "Encrypt arn:key amount, Decrypt arn:key amount" {
		t.Errorf("KMS was asked: %s", got)
	}
}

func staticCredentials(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
}
