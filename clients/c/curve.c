/* curve.c - the keys of a connection over tcp. A server that does not have the
 * secret of the key we were told gets nothing from us. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "clients/c/inside.h"

enum inc_status
inc_client_encrypt(void *socket, const struct inc_keys *k, struct inc_err *err)
{
    if (k->secret[0] == '\0' ||
        (zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, k->server, INC_Z85 + 1) ==
             0 &&
         zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, k->public_key,
                        INC_Z85 + 1) == 0 &&
         zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, k->secret, INC_Z85 + 1) ==
             0))
        return INC_OK;
    return inc_fail(err, INC_E_IO, errno, "this ZeroMQ cannot encrypt: %s",
                    zmq_strerror(errno));
}

static const char *
given_or(const char *given, const char *variable)
{
    // NOLINTNEXTLINE(concurrency-mt-unsafe): read before any thread starts
    const char *set = given != NULL ? given : getenv(variable);

    return set == NULL || set[0] == '\0' ? NULL : set;
}

enum inc_status
inc_client_keys(struct inc_keys *k, const char *endpoint,
                const struct inc_client_options *o, struct inc_err *err)
{
    const char *file = given_or(o->key_file, "INCROCIO_KEY");
    const char *server = given_or(o->server_key, "INCROCIO_SERVER_KEY");
    unsigned char bytes[INC_CURVE];
    enum inc_status st = INC_OK;

    if (strncmp(endpoint, "tcp://", 6) != 0)
        return INC_OK;
    if (file == NULL) {
        (void)inc_fail(err, INC_E_CONFIG, 0, "over tcp a key is needed");
        inc_err_hint(err, "name the file of your key: --key FILE or "
                          "INCROCIO_KEY=FILE");
        return INC_E_CONFIG;
    }
    INC_TRY(inc_keys_read(k, file, err));
    if (server != NULL && inc_z85_read(bytes, server, strlen(server)) == 0)
        memcpy(k->server, server, INC_Z85 + 1);
    else if (server != NULL)
        k->server[0] = '\0';
    if (k->server[0] == '\0') {
        st = inc_fail(err, INC_E_CONFIG, 0,
                      server == NULL ? "the daemon's public key is not known"
                                     : "the daemon's public key is not one");
        inc_err_hint(err, "a line `server KEY` in the key's file, or "
                          "INCROCIO_SERVER_KEY=KEY");
    }
out:
    return st;
}
