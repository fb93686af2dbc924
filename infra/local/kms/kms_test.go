package kms

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/smithy-go"
)

const (
	one = "arn:aws:kms:us-east-1:000000000000:key/1111"
	two = "arn:aws:kms:us-east-1:000000000000:key/2222"
)

// client is AWS's own client: what it understands, the functions understand.
func client(t *testing.T, dir string) *kms.Client {
	t.Helper()
	server, err := New(dir, []string{one, two}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(server)
	t.Cleanup(s.Close)
	return kms.New(kms.Options{Region: "us-east-1", BaseEndpoint: aws.String(s.URL), Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")})
}

func seal(t *testing.T, c *kms.Client, context map[string]string) []byte {
	t.Helper()
	out, err := c.Encrypt(t.Context(), &kms.EncryptInput{KeyId: aws.String(one), Plaintext: []byte("secret"), EncryptionContext: context})
	if err != nil {
		t.Fatal(err)
	}
	return out.CiphertextBlob
}

// kms/latest/APIReference/API_Decrypt.html; a restart of the server keeps its keys.
func TestWhatWasSealedOpensAgain(t *testing.T) {
	dir := t.TempDir()
	blob := seal(t, client(t, dir), map[string]string{"class": "contact", "stage": "dev"})
	out, err := client(t, dir).Decrypt(t.Context(), &kms.DecryptInput{CiphertextBlob: blob, EncryptionContext: map[string]string{"stage": "dev", "class": "contact"}})
	if err != nil {
		t.Fatal(err)
	}
	if string(out.Plaintext) != "secret" || aws.ToString(out.KeyId) != one {
		t.Errorf("got %q under %s", out.Plaintext, aws.ToString(out.KeyId))
	}
	if bytes.Contains(blob, []byte("secret")) {
		t.Error("the blob shows its content")
	}
	info, err := os.Stat(filepath.Join(dir, "1111.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key file: %v, %v", info.Mode(), err)
	}
}

// kms/latest/developerguide/encrypt_context.html: another context doesn't open it.
func TestWhatDoesNotOpen(t *testing.T) {
	c := client(t, "")
	blob := seal(t, c, map[string]string{"class": "contact"})
	changed := bytes.Clone(blob)
	changed[len(changed)-1] ^= 1
	for what, in := range map[string]*kms.DecryptInput{
		"another context": {CiphertextBlob: blob, EncryptionContext: map[string]string{"class": "amount"}},
		"no context":      {CiphertextBlob: blob},
		"changed bytes":   {CiphertextBlob: changed, EncryptionContext: map[string]string{"class": "contact"}},
		"no ciphertext":   {CiphertextBlob: []byte{9}},
		"cut short":       {CiphertextBlob: blob[:5]},
	} {
		var invalid *types.InvalidCiphertextException
		if _, err := c.Decrypt(context.Background(), in); !errors.As(err, &invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	var incorrect *types.IncorrectKeyException
	if _, err := c.Decrypt(t.Context(), &kms.DecryptInput{CiphertextBlob: blob, KeyId: aws.String(two)}); !errors.As(err, &incorrect) {
		t.Errorf("another key: %v", err)
	}
	var unknown *types.NotFoundException
	if _, err := c.Encrypt(t.Context(), &kms.EncryptInput{KeyId: aws.String("3333"), Plaintext: []byte("x")}); !errors.As(err, &unknown) {
		t.Errorf("an unknown key: %v", err)
	}
	if _, err := c.Encrypt(t.Context(), &kms.EncryptInput{KeyId: aws.String(one), Plaintext: make([]byte, maxPlaintext+1)}); err == nil {
		t.Error("more than 4 KB were sealed")
	}
}

// kms/latest/APIReference/API_Decrypt.html, "Errors"; whoever may encrypt need not be allowed to decrypt.
func TestWhoMayNotIsRefused(t *testing.T) {
	server, err := New("", []string{one}, func(r *http.Request, action, keyARN string, context map[string]string) error {
		if r.Header.Get("Authorization") == "" || keyARN != one || context["class"] != "contact" || action == "Decrypt" {
			return errors.New("you may not")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(server)
	t.Cleanup(s.Close)
	c := kms.New(kms.Options{Region: "us-east-1", BaseEndpoint: aws.String(s.URL), Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")})
	about := map[string]string{"class": "contact"}
	_, err = c.Decrypt(t.Context(), &kms.DecryptInput{CiphertextBlob: seal(t, c, about), EncryptionContext: about})
	var refused smithy.APIError
	if !errors.As(err, &refused) || refused.ErrorCode() != "AccessDeniedException" || refused.ErrorMessage() != "you may not" {
		t.Errorf("got %v", err)
	}
}
