/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A table, and the two ways to write a spec.
 *
 * Where a key goes is the point of care here.  A preset's key goes to the
 * preset's host, or to where the user pointed that preset with its own URL
 * variable.  A bare URL gets no service's key, only PHGEN_API_KEY, if set.
 */
#include "net/preset.h"
#include "net/key.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AZURE_VERSION "2024-10-21"

const struct preset PRESETS[] = {
    {"openai", "https://api.openai.com/v1", "OPENAI_BASE_URL", "OPENAI_API_KEY",
     DIALECT_OPENAI, "OpenAI"},
    {"azure", NULL, "AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY",
     DIALECT_AZURE, "Azure OpenAI; the name is the deployment's"},
    {"anthropic", "https://api.anthropic.com/v1", "ANTHROPIC_BASE_URL",
     "ANTHROPIC_API_KEY", DIALECT_ANTHROPIC, "Anthropic"},
    {"gemini", "https://generativelanguage.googleapis.com/v1beta/openai",
     "GEMINI_BASE_URL", "GEMINI_API_KEY", DIALECT_OPENAI,
     "Google Gemini, its OpenAI-compatible endpoint"},
    {"openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_BASE_URL",
     "OPENROUTER_API_KEY", DIALECT_OPENAI, "OpenRouter"},
    {"together", "https://api.together.xyz/v1", "TOGETHER_BASE_URL",
     "TOGETHER_API_KEY", DIALECT_OPENAI, "Together AI"},
    {"groq", "https://api.groq.com/openai/v1", "GROQ_BASE_URL", "GROQ_API_KEY",
     DIALECT_OPENAI, "Groq"},
    {"mistral", "https://api.mistral.ai/v1", "MISTRAL_BASE_URL",
     "MISTRAL_API_KEY", DIALECT_OPENAI, "Mistral AI"},
    {"deepseek", "https://api.deepseek.com/v1", "DEEPSEEK_BASE_URL",
     "DEEPSEEK_API_KEY", DIALECT_OPENAI, "DeepSeek"},
    {"ollama", "http://localhost:11434", "OLLAMA_HOST", NULL, DIALECT_OLLAMA,
     "a local Ollama"},
    {"vllm", "http://localhost:8000/v1", "VLLM_BASE_URL", NULL, DIALECT_OPENAI,
     "a vLLM server; VLLM_API_KEY if it wants one"},
    {"llamacpp", "http://localhost:8080/v1", "LLAMACPP_BASE_URL", NULL,
     DIALECT_OPENAI, "llama-server; LLAMACPP_API_KEY if it wants one"},
    {"lmstudio", "http://localhost:1234/v1", "LMSTUDIO_BASE_URL", NULL,
     DIALECT_OPENAI, "a local LM Studio"},
    {"openai-completion", "https://api.openai.com/v1", "OPENAI_BASE_URL",
     "OPENAI_API_KEY", DIALECT_COMPLETION, "raw text completion"},
    {"vllm-completion", "http://localhost:8000/v1", "VLLM_BASE_URL", NULL,
     DIALECT_COMPLETION, "raw text completion, for guard models"},
    {"llamacpp-completion", "http://localhost:8080/v1", "LLAMACPP_BASE_URL",
     NULL, DIALECT_COMPLETION, "raw text completion, for guard models"},
    {"openai-embedding", "https://api.openai.com/v1", "OPENAI_BASE_URL",
     "OPENAI_API_KEY", DIALECT_EMBEDDING, "embeddings"},
    {"openai-moderation", "https://api.openai.com/v1", "OPENAI_BASE_URL",
     "OPENAI_API_KEY", DIALECT_MODERATION, "OpenAI moderation"},
    {NULL, NULL, NULL, NULL, DIALECT_OPENAI, NULL},
};

/* Sent when set, by the presets that can do without. */
static const struct {
    const char *preset, *key_env;
} optional_keys[] = {
    {"ollama", "OLLAMA_API_KEY"},
    {"vllm", "VLLM_API_KEY"},
    {"vllm-completion", "VLLM_API_KEY"},
    {"llamacpp", "LLAMACPP_API_KEY"},
    {"llamacpp-completion", "LLAMACPP_API_KEY"},
    {"lmstudio", "LMSTUDIO_API_KEY"},
};

const struct preset *preset_find(const char *name, size_t len)
{
    const struct preset *p;

    for (p = PRESETS; p->name != NULL; p++)
        if (strlen(p->name) == len && memcmp(p->name, name, len) == 0)
            return p;
    return NULL;
}

static bool is_url(const char *text)
{
    return strncmp(text, "http://", 7) == 0 ||
           strncmp(text, "https://", 8) == 0;
}

/* OLLAMA_HOST may be "0.0.0.0" or "box:11434": made a URL. */
static char *host_to_url(const char *text, bool ollama)
{
    const char *host = text;
    char url[1024];
    bool port;

    if (strncmp(host, "0.0.0.0", 7) == 0) {
        host += 7;
        port = *host == ':';
        snprintf(url, sizeof(url), "http://127.0.0.1%s%s", host,
                 ollama && !port ? ":11434" : "");
        return strdup(url);
    }
    if (is_url(text))
        return strdup(text);
    port = strrchr(host, ':') != NULL && strrchr(host, ']') == NULL;
    snprintf(url, sizeof(url), "http://%s%s", host,
             ollama && !port ? ":11434" : "");
    return strdup(url);
}

static char *azure_url(const char *endpoint)
{
    const char *version = getenv("OPENAI_API_VERSION");
    char url[1024];

    if (strchr(endpoint, '?') != NULL)
        return strdup(endpoint);
    if (version == NULL || *version == '\0')
        version = AZURE_VERSION;
    snprintf(url, sizeof(url), "%s?api-version=%s", endpoint, version);
    return strdup(url);
}

static const char *override_of(const struct preset *p)
{
    const char *url = p->url_env != NULL ? getenv(p->url_env) : NULL;

    return url != NULL && *url != '\0' ? url : NULL;
}

static char *url_of(const struct preset *p, struct err *err)
{
    const char *url = override_of(p);

    if (url == NULL)
        url = p->base_url;
    if (url == NULL) {
        err_set(err, "set %s to the base URL of %s", p->url_env, p->name);
        return NULL;
    }
    if (p->dialect == DIALECT_AZURE)
        return azure_url(url);
    return host_to_url(url, p->dialect == DIALECT_OLLAMA);
}

/* The variable whose key is sent; NULL for none. */
static const char *key_of(const struct preset *p)
{
    size_t i;

    /* A preset pointed to another server, often a local one without keys. */
    if (p->key_env != NULL)
        return override_of(p) == NULL || p->base_url == NULL ||
                       key_is_set(p->key_env)
                   ? p->key_env
                   : NULL;
    for (i = 0; i < sizeof(optional_keys) / sizeof(*optional_keys); i++)
        if (strcmp(optional_keys[i].preset, p->name) == 0 &&
            key_is_set(optional_keys[i].key_env))
            return optional_keys[i].key_env;
    return NULL;
}

static int fill(struct model *m, const char *spec, const char *name,
                enum dialect dialect, char *url, const char *key_env,
                struct err *err)
{
    memset(m, 0, sizeof(*m));
    m->kind = MODEL_HTTP;
    m->dialect = dialect;
    m->spec = strdup(spec);
    m->name = strdup(name);
    m->key_env = key_env != NULL ? strdup(key_env) : NULL;
    m->urls[0] = url;
    m->nurls = 1;
    if (m->spec != NULL && m->name != NULL && url != NULL &&
        (key_env == NULL || m->key_env != NULL))
        return 0;
    model_release(m);
    return err_nomem(err);
}

static int from_preset(const char *spec, const char *colon, struct model *m,
                       struct err *err)
{
    const struct preset *p = preset_find(spec, (size_t)(colon - spec));
    char *url;

    if (p == NULL)
        return err_set(err,
                       "\"%s\": there is no preset \"%.*s\"; `phgen models` "
                       "lists them",
                       spec, (int)(colon - spec), spec);
    if (colon[1] == '\0')
        return err_set(err, "\"%s\" names no model behind the colon", spec);
    url = url_of(p, err);
    if (url == NULL)
        return err_prefix(err, "\"%s\"", spec);
    return fill(m, spec, colon + 1, p->dialect, url, key_of(p), err);
}

static int from_url(const char *spec, struct model *m, struct err *err)
{
    const char *hash = strrchr(spec, '#'), *host, *at;
    size_t n = hash != NULL ? (size_t)(hash - spec) : 0;

    if (hash == NULL || hash[1] == '\0')
        return err_set(err,
                       "\"%s\" names no model: write it behind a #, as in "
                       "http://localhost:8000/v1#name",
                       spec);
    host = strstr(spec, "://") + 3;
    at = memchr(host, '@', strcspn(host, "/?#"));
    if (at != NULL || strchr("/?#", *host) != NULL)
        return err_set(err, "a model's URL must name a host and hold no "
                            "password; the key comes from PHGEN_API_KEY");
    return fill(m, spec, hash + 1, DIALECT_OPENAI, strndup(spec, n),
                key_is_set("PHGEN_API_KEY") ? "PHGEN_API_KEY" : NULL, err);
}

int preset_resolve(const char *spec, struct model *m, struct err *err)
{
    const char *colon = strchr(spec, ':');

    if (is_url(spec))
        return from_url(spec, m, err);
    if (colon == NULL || colon == spec)
        return err_set(err,
                       "\"%s\" is no model: write PRESET:NAME (`phgen "
                       "models` lists the presets) or "
                       "http://HOST:PORT/v1#NAME",
                       spec);
    return from_preset(spec, colon, m, err);
}
