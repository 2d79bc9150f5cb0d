package ru.vygodno.connect.door;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets a call in, or answers it with status 403; before anything else has looked at it. */
@PreMatching
final class DoorFilter implements ContainerRequestFilter, ContainerResponseFilter {
  private static final Logger LOG = LoggerFactory.getLogger(DoorFilter.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LARGEST_BODY = 1 << 20;
  private static final int SHOWN = 200;
  /** Where a servlet keeps what the client has shown. */
  private static final String CERTIFICATES = "jakarta.servlet.request.X509Certificate";
  private static final String NOTES_ONLY = "vygodno.door.notes-only";

  private final Rights rights;
  private final Declared declared;

  DoorFilter(Rights rights, Declared declared) {
    this.rights = rights;
    this.declared = declared;
  }

  @Override
  public void filter(ContainerRequestContext request) throws IOException {
    String principal = principalOf(request.getProperty(CERTIFICATES));
    URI uri = request.getUriInfo().getRequestUri();
    String query = Objects.requireNonNullElse(uri.getRawQuery(), "");
    Optional<Rights.Allowed> allowed = rights.find(principal, request.getMethod(), uri.getRawPath(), query);
    if (allowed.isEmpty()) {
      String asked = request.getMethod() + " " + uri.getRawPath() + (query.isEmpty() ? "" : "?" + query);
      refuse(request, principal, "may not " + asked.substring(0, Math.min(asked.length(), SHOWN)));
      return;
    }
    request.setProperty(NOTES_ONLY, allowed.get().notesOnly());
    if (allowed.get().body() != Rights.Body.ANY) {
      look(request, principal, allowed.get());
    }
  }

  /** What Connect gets is what was looked at, written anew, so that both have read the same. */
  private void look(ContainerRequestContext request, String principal, Rights.Allowed allowed) throws IOException {
    byte[] body = request.getEntityStream().readNBytes(LARGEST_BODY + 1);
    if (body.length > LARGEST_BODY) {
      refuse(request, principal, "may send at most " + LARGEST_BODY + " bytes");
      return;
    }
    Map<String, String> settings;
    try {
      settings = Objects.requireNonNull(JSON.readValue(body, new TypeReference<TreeMap<String, String>>() {}), "settings");
    } catch (JsonProcessingException | NullPointerException e) {
      refuse(request, principal, "may send settings as JSON, name by name");
      return;
    }
    Optional<String> refusal = allowed.body() == Rights.Body.DECLARED
        ? declared.refuse(allowed.of(), settings)
        : declared.refuseValidation(allowed.of(), settings);
    if (refusal.isPresent()) {
      refuse(request, principal, refusal.get());
      return;
    }
    request.setEntityStream(new ByteArrayInputStream(JSON.writeValueAsBytes(settings)));
  }

  private static void refuse(ContainerRequestContext request, String principal, String why) {
    String message = principal + ": " + why;
    LOG.warn("refused {}", message);
    Map<String, Object> answer = Map.of("error_code", Response.Status.FORBIDDEN.getStatusCode(), "message", message);
    request.abortWith(Response.status(Response.Status.FORBIDDEN).type(MediaType.APPLICATION_JSON).entity(answer).build());
  }

  @Override
  public void filter(ContainerRequestContext request, ContainerResponseContext response) {
    if (!Boolean.TRUE.equals(request.getProperty(NOTES_ONLY)) || response.getStatus() >= 400) {
      return;
    }
    Map<String, Object> notes = new TreeMap<>();
    if (response.getEntity() instanceof Map<?, ?> settings) {
      settings.forEach((key, value) -> {
        if (String.valueOf(key).startsWith(Declared.NOTE)) {
          notes.put(String.valueOf(key), value);
        }
      });
    }
    response.setEntity(notes);
  }

  /** The common name of who is there; without a certificate nobody. */
  private static String principalOf(Object certificates) {
    if (!(certificates instanceof X509Certificate[] chain) || chain.length == 0) {
      return "nobody";
    }
    try {
      return new LdapName(chain[0].getSubjectX500Principal().getName()).getRdns().stream()
          .filter(part -> part.getType().equalsIgnoreCase("CN"))
          .map(part -> String.valueOf(part.getValue()))
          .findFirst()
          .orElse("nobody");
    } catch (InvalidNameException e) {
      return "nobody";
    }
  }
}
