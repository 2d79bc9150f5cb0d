package ru.vygodno.hdfs;

import java.io.IOException;
import java.util.Map;
import javax.servlet.Filter;
import javax.servlet.FilterChain;
import javax.servlet.FilterConfig;
import javax.servlet.ServletException;
import javax.servlet.ServletRequest;
import javax.servlet.ServletResponse;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.http.FilterContainer;
import org.apache.hadoop.http.FilterInitializer;

/**
 * Closes the pages that every daemon of HDFS has beside its work: levels of logging that anybody sets, settings, threads,
 * the whole image of the file system. Left are WebHDFS and the one question by which the platform sees whether the NameNode
 * is well; and these only under the address that was asked for, so that no page of a browser reaches them by another name.
 *
 * <p>It is named in {@code hadoop.http.filter.initializers}
 * (https://hadoop.apache.org/docs/r3.5.0/hadoop-project-dist/hadoop-common/core-default.xml).
 */
public final class Gate extends FilterInitializer {
  private static final String STATE = "qry=Hadoop:service=NameNode,name=NameNodeInfo";

  @Override
  public void initFilter(FilterContainer container, Configuration conf) {
    // a global filter comes before every page; another one only before those for people
    container.addGlobalFilter("gate", Keeper.class.getName(), Map.of());
  }

  static boolean isOpen(String servletPath, String query, String host, String address) {
    if (!address.equals(host)) {
      return false;
    }
    return servletPath.equals("/webhdfs/v1") || (servletPath.equals("/jmx") && STATE.equals(query));
  }

  /** Made by the container, by its name. */
  public static final class Keeper implements Filter {
    @Override
    public void init(FilterConfig config) {}

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
        throws IOException, ServletException {
      HttpServletRequest asked = (HttpServletRequest) request;
      String address = asked.getLocalAddr() + ":" + asked.getLocalPort();
      if (isOpen(asked.getServletPath(), asked.getQueryString(), asked.getHeader("Host"), address)) {
        chain.doFilter(request, response);
      } else {
        ((HttpServletResponse) response).sendError(HttpServletResponse.SC_FORBIDDEN, "closed");
      }
    }

    @Override
    public void destroy() {}
  }
}
