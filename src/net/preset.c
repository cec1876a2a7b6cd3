/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A table, and the two ways to write a spec.
 *
 * Where a key goes is the point of care here.  A service's key goes to the
 * service's host, or to where the user pointed that service with its own URL
 * variable or in the configuration.  A bare URL gets no service's key, only
 * PHGEN_API_KEY, if set.
 */
#include "net/preset.h"
#include "net/dialect.h"
#include "net/key.h"
#include "base/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AZURE_VERSION "2024-10-21"

/* Base URLs and variables: each service's own documentation. */
const struct preset PRESETS[] = {
    {"openai", "https://api.openai.com/v1", "OPENAI_BASE_URL", "OPENAI_API_KEY",
     false, DIALECT_OPENAI, "OpenAI"},
    {"azure", NULL, "AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY", false,
     DIALECT_AZURE, "Azure OpenAI; the name is the deployment's"},
    {"anthropic", "https://api.anthropic.com/v1", "ANTHROPIC_BASE_URL",
     "ANTHROPIC_API_KEY", false, DIALECT_ANTHROPIC, "Anthropic"},
    {"gemini", "https://generativelanguage.googleapis.com/v1beta/openai",
     "GEMINI_BASE_URL", "GEMINI_API_KEY", false, DIALECT_OPENAI,
     "Google Gemini, its OpenAI-compatible endpoint"},
    {"openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_BASE_URL",
     "OPENROUTER_API_KEY", false, DIALECT_OPENAI, "OpenRouter"},
    {"together", "https://api.together.xyz/v1", "TOGETHER_BASE_URL",
     "TOGETHER_API_KEY", false, DIALECT_OPENAI, "Together AI"},
    {"groq", "https://api.groq.com/openai/v1", "GROQ_BASE_URL", "GROQ_API_KEY",
     false, DIALECT_OPENAI, "Groq"},
    {"mistral", "https://api.mistral.ai/v1", "MISTRAL_BASE_URL",
     "MISTRAL_API_KEY", false, DIALECT_OPENAI, "Mistral AI"},
    {"deepseek", "https://api.deepseek.com/v1", "DEEPSEEK_BASE_URL",
     "DEEPSEEK_API_KEY", false, DIALECT_OPENAI, "DeepSeek"},
    {"fireworks", "https://api.fireworks.ai/inference/v1", "FIREWORKS_BASE_URL",
     "FIREWORKS_API_KEY", false, DIALECT_OPENAI, "Fireworks AI"},
    {"xai", "https://api.x.ai/v1", "XAI_BASE_URL", "XAI_API_KEY", false,
     DIALECT_OPENAI, "xAI"},
    {"cerebras", "https://api.cerebras.ai/v1", "CEREBRAS_BASE_URL",
     "CEREBRAS_API_KEY", false, DIALECT_OPENAI, "Cerebras"},
    {"deepinfra", "https://api.deepinfra.com/v1/openai", "DEEPINFRA_BASE_URL",
     "DEEPINFRA_API_KEY", false, DIALECT_OPENAI, "DeepInfra"},
    {"nvidia", "https://integrate.api.nvidia.com/v1", "NVIDIA_BASE_URL",
     "NVIDIA_API_KEY", false, DIALECT_OPENAI, "NVIDIA NIM"},
    {"huggingface", "https://router.huggingface.co/v1", "HF_BASE_URL",
     "HF_TOKEN", false, DIALECT_OPENAI, "Hugging Face Inference Providers"},
    {"ollama", "http://localhost:11434", "OLLAMA_HOST", "OLLAMA_API_KEY", true,
     DIALECT_OLLAMA, "a local Ollama"},
    {"vllm", "http://localhost:8000/v1", "VLLM_BASE_URL", "VLLM_API_KEY", true,
     DIALECT_OPENAI, "a vLLM server"},
    {"llamacpp", "http://localhost:8080/v1", "LLAMACPP_BASE_URL",
     "LLAMACPP_API_KEY", true, DIALECT_OPENAI, "llama-server of llama.cpp"},
    {"sglang", "http://localhost:30000/v1", "SGLANG_BASE_URL", "SGLANG_API_KEY",
     true, DIALECT_OPENAI, "an SGLang server"},
    {"lmstudio", "http://localhost:1234/v1", "LMSTUDIO_BASE_URL",
     "LMSTUDIO_API_KEY", true, DIALECT_OPENAI, "a local LM Studio"},
    {"litellm", "http://localhost:4000/v1", "LITELLM_BASE_URL",
     "LITELLM_API_KEY", true, DIALECT_OPENAI, "a LiteLLM proxy"},
    {NULL, NULL, NULL, NULL, false, DIALECT_OPENAI, NULL},
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

/* OLLAMA_HOST may be "0.0.0.0", ":11434", "[::1]:11434" or "box": made a URL.
 */
static char *host_to_url(const char *host, bool ollama)
{
    const char *local = "", *end;
    char url[1024];

    if (is_url(host))
        return strdup(host);
    /* Of a service far away, http:// would show the key to all on the way:
     * whoever calls it asks for a whole URL. */
    if (!ollama && !host_is_loopback(host))
        return strdup(host);
    if (strncmp(host, "0.0.0.0", 7) == 0 && strchr(":/", host[7]) != NULL)
        host += 7;
    if (strcmp(host, "::1") == 0)
        host = "[::1]";
    if (*host == ':' || *host == '\0')
        local = "127.0.0.1";
    end = strchr(host, ']');
    end = strchr(end != NULL ? end : host, ':');
    snprintf(url, sizeof(url), "http://%s%s%s", local, host,
             ollama && end == NULL ? ":11434" : "");
    return strdup(url);
}

static char *azure_url(const char *endpoint)
{
    const char *version = getenv("OPENAI_API_VERSION");
    char url[1024];

    /* The "v1 API" has no versions. */
    if (strchr(endpoint, '?') != NULL || dialect_is_azure_v1(endpoint))
        return strdup(endpoint);
    if (version == NULL || *version == '\0')
        version = AZURE_VERSION;
    snprintf(url, sizeof(url), "%s?api-version=%s", endpoint, version);
    return strdup(url);
}

char *preset_url(enum dialect dialect, const char *url)
{
    if (dialect == DIALECT_AZURE)
        return azure_url(url);
    return host_to_url(url, dialect == DIALECT_OLLAMA);
}

static const char *override_of(const struct preset *p)
{
    const char *url = p->url_env != NULL ? getenv(p->url_env) : NULL;

    return url != NULL && *url != '\0' ? url : NULL;
}

/* The variable whose key is sent; NULL for none. */
static const char *key_of(const struct preset *p, bool elsewhere)
{
    /* A service pointed to another server, often a local one without keys. */
    if (p->key_optional || (elsewhere && p->base_url != NULL))
        return key_is_set(p->key_env) ? p->key_env : NULL;
    return p->key_env;
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

/* "completion+vllm:NAME": what is behind the plus, and the dialect. */
static const char *split_dialect(const char *spec, bool *given, enum dialect *d)
{
    size_t n = strcspn(spec, "+:");

    *given = spec[n] == '+' && dialect_find(spec, n, d) == 0;
    return *given ? spec + n + 1 : spec;
}

static int check_dialect(const char *spec, const struct preset *p,
                         enum dialect d, struct err *err)
{
    if (d == p->dialect ||
        (p->dialect == DIALECT_OPENAI && d >= DIALECT_COMPLETION))
        return 0;
    return err_set(err,
                   "\"%s\": %s does not speak the dialect \"%s\"; of its "
                   "server that does, write %s+URL#NAME",
                   spec, p->name, dialect_of(d)->name, dialect_of(d)->name);
}

static int from_preset(const char *spec, const char *rest, bool given,
                       enum dialect d, const char *url, struct model *m,
                       struct err *err)
{
    const char *colon = strchr(rest, ':'), *at;
    const struct preset *p = preset_find(rest, (size_t)(colon - rest));

    if (p == NULL && strchr(colon, '#') != NULL)
        return err_set(err,
                       "\"%s\": an address begins with http:// or https://, "
                       "in small letters",
                       spec);
    if (p == NULL)
        return err_set(err,
                       "\"%s\": there is no service \"%.*s\"; \"phgen "
                       "models\" lists them",
                       spec, (int)(colon - rest), rest);
    if (colon[1] == '\0')
        return err_set(err, "\"%s\" names no model behind the colon", spec);
    if (!given)
        d = p->dialect;
    else if (check_dialect(spec, p, d, err) != 0)
        return -1;
    at = url != NULL ? url : override_of(p);
    if (at == NULL && p->base_url == NULL)
        return err_set(err, "\"%s\": set %s to the base URL of %s", spec,
                       p->url_env, p->name);
    return fill(m, spec, colon + 1, d,
                preset_url(d, at != NULL ? at : p->base_url),
                key_of(p, at != NULL), err);
}

static int from_url(const char *spec, const char *rest, enum dialect d,
                    struct model *m, struct err *err)
{
    const char *hash = strrchr(rest, '#'), *host;
    char *url;
    int failed;

    if (hash == NULL || hash[1] == '\0')
        return err_set(err,
                       "\"%s\" names no model: write it behind a #, as in "
                       "http://localhost:8000/v1#name",
                       spec);
    host = strstr(rest, "://") + 3;
    if (model_url_tells(rest) || strchr("/?#", *host) != NULL)
        return err_set(err, "a model's URL must name a host and hold no "
                            "password and no query; the key comes from "
                            "PHGEN_API_KEY");
    url = strndup(rest, (size_t)(hash - rest));
    failed =
        url == NULL
            ? err_nomem(err)
            : fill(m, spec, hash + 1, d, preset_url(d, url),
                   key_is_set("PHGEN_API_KEY") ? "PHGEN_API_KEY" : NULL, err);
    free(url);
    return failed;
}

int preset_resolve(const char *spec, const char *url, struct model *m,
                   struct err *err)
{
    enum dialect d = DIALECT_OPENAI;
    bool given;
    const char *rest = split_dialect(spec, &given, &d);
    const char *colon = strchr(rest, ':');

    if (is_url(rest) && url == NULL)
        return from_url(spec, rest, d, m, err);
    if (colon == NULL || colon == rest || is_url(rest))
        return err_set(err,
                       "\"%s\" is no model%s: write SERVICE:NAME (\"phgen "
                       "models\" lists the services)%s",
                       spec, url != NULL ? " to be found elsewhere" : "",
                       url == NULL ? " or http://HOST:PORT/v1#NAME" : "");
    return from_preset(spec, rest, given, d, url, m, err);
}
